package io.rollcall.transport.session;

import com.google.protobuf.ByteString;
import io.rollcall.transport.PeerIdentity;
import java.util.Optional;

/**
 * What makes two peers the same one: the configured id, with all its keys together, or the whole of
 * an unknown key. Labels are for display, and those of unknown keys are too short to be unique.
 *
 * @param trustedId empty for an unknown key
 * @param publicKey empty for a trusted id
 */
record IdentityKey(String trustedId, ByteString publicKey) {

  /** Empty for a peer that proved nothing: it is the same as nobody. */
  static Optional<IdentityKey> of(PeerIdentity identity) {
    return switch (identity) {
      case PeerIdentity.Trusted trusted ->
          Optional.of(new IdentityKey(trusted.id(), ByteString.EMPTY));
      case PeerIdentity.Unknown unknown -> Optional.of(new IdentityKey("", unknown.publicKey()));
      case PeerIdentity.Unauthenticated _ -> Optional.empty();
    };
  }

  /** How many connections it may have at a time. */
  static int allowed(PeerIdentity identity) {
    return identity instanceof PeerIdentity.Trusted trusted ? trusted.connections() : 1;
  }

  boolean trusted() {
    return !trustedId.isEmpty();
  }
}
