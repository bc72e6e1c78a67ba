/**
 * The one hand-over between event loops and handlers: bounded, in order for each connection.
 *
 * <p>Follows {@code netty} at run time and calls the interfaces of {@code transport}. Owns the
 * virtual threads that handlers run on, unless they return at once.
 */
@NullMarked
package io.rollcall.transport.dispatch;

import org.jspecify.annotations.NullMarked;
