/**
 * Log lines as logfmt, which Spring Boot has no form of its own for.
 *
 * <p>Beside the flow: on the thread of whoever logs. Needs logback and Spring Boot, both optional.
 */
@NullMarked
package io.rollcall.transport.logfmt;

import org.jspecify.annotations.NullMarked;
