/**
 * Starts and stops servers and clients with the Spring application context.
 *
 * <p>Beside the message flow: adapters of {@code SmartLifecycle}, called on the thread that starts
 * or stops the context. They decide when, never how.
 */
@NullMarked
package io.rollcall.transport.lifecycle;

import org.jspecify.annotations.NullMarked;
