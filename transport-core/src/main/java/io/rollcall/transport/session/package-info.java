/**
 * From connected to authenticated to closed: decisions about one session, with the clock and the
 * randomness given from outside.
 *
 * <p>Stands between {@code netty}, which carries the bytes and obeys, and {@code auth}, which knows
 * keys. Decisions are plain calls on the caller's thread; only {@code HandshakeCrypto} owns
 * threads.
 */
@NullMarked
package io.rollcall.transport.session;

import org.jspecify.annotations.NullMarked;
