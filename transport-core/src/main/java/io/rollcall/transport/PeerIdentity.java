package io.rollcall.transport;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import java.util.HexFormat;
import java.util.Set;

/**
 * Who is at the other end of a connection, as far as it was proven. Fixed when the connection is
 * admitted; keys are compared whole, {@link #label()} is for display and for handlers that only
 * want a name.
 */
public sealed interface PeerIdentity {

  /** Label of a peer that proved nothing. */
  String UNAUTHENTICATED = "unauthenticated";

  /** What the labels of valid but unknown keys start with. */
  String UNKNOWN_PREFIX = "unknown:";

  /** The name that handlers, logs and operators see. */
  String label();

  /**
   * The holder of a trusted key.
   *
   * @param id the configured id
   * @param publicKey 33 bytes, compressed
   * @param chainIds the chains it is bound to, empty when it is bound to none
   * @param connections how many it may have at a time, with all its keys together
   * @param v2Only whether it is let in by {@link HandshakeVersion#V2} alone
   */
  record Trusted(
      String id, ByteString publicKey, Set<ChainId> chainIds, int connections, boolean v2Only)
      implements PeerIdentity {

    /** Keeps a copy of the chains. */
    public Trusted {
      chainIds = Set.copyOf(chainIds);
    }

    @Override
    public String label() {
      return id;
    }
  }

  /**
   * The holder of a valid key that is not trusted; only where untrusted peers are allowed.
   *
   * @param publicKey 33 bytes, compressed
   */
  record Unknown(ByteString publicKey) implements PeerIdentity {

    @Override
    public String label() {
      return UNKNOWN_PREFIX + HexFormat.of().formatHex(publicKey.substring(0, 4).toByteArray());
    }
  }

  /** A peer without a handshake: authentication is off, or not required. */
  record Unauthenticated() implements PeerIdentity {

    @Override
    public String label() {
      return UNAUTHENTICATED;
    }
  }
}
