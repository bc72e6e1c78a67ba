/**
 * Health of server and client for Spring Boot's health endpoint.
 *
 * <p>Beside the message flow: asked on the thread of a health request. Needs spring-boot-health.
 */
@NullMarked
package io.rollcall.transport.health;

import org.jspecify.annotations.NullMarked;
