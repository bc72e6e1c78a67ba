/**
 * Who a peer is: keys, signatures and the list of trusted ones, and nothing that does I/O with a
 * peer.
 *
 * <p>Stands beside the way of a message: {@code session} asks it during a handshake. The only
 * package that imports web3j, BouncyCastle and the native secp256k1. Everything is safe for any
 * thread; checking a signature takes tens to hundreds of microseconds, and making one as long as
 * the {@link io.rollcall.transport.auth.Signer} takes, so event loops leave both to others.
 */
@NullMarked
package io.rollcall.transport.auth;

import org.jspecify.annotations.NullMarked;
