/**
 * Spring Boot beans of the transport, from the properties {@code transport.*} and {@code auth.*}.
 *
 * <p>Knows every other package; nothing knows it. Runs at start-up, on the thread that starts the
 * application context.
 */
@NullMarked
package io.rollcall.transport.autoconfigure;

import org.jspecify.annotations.NullMarked;
