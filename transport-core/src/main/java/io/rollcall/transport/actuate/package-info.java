/**
 * What the transport shows operators: the endpoint {@code transport}.
 *
 * <p>Beside the message flow: asked on the thread of an HTTP or JMX request. Needs
 * spring-boot-actuator.
 */
@NullMarked
package io.rollcall.transport.actuate;

import org.jspecify.annotations.NullMarked;
