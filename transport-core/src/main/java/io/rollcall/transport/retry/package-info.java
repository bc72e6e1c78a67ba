/**
 * When a client dials and which address: back-off, the order of addresses, and the one loop that
 * runs. Plain Java: sockets, clock and randomness come from outside.
 *
 * <p>Called by {@code netty}, which dials. Safe for any thread; nothing here blocks but the
 * resolution of names in {@link io.rollcall.transport.retry.AddressRing#next()}.
 */
@NullMarked
package io.rollcall.transport.retry;

import org.jspecify.annotations.NullMarked;
