package io.rollcall.transport.session;

import io.rollcall.proto.handshake.ClientHello;
import io.rollcall.proto.handshake.ServerChallenge;
import io.rollcall.transport.Compression;
import java.util.Optional;

/** How two sides agree on a compression, in the first two frames of handshake v2. */
final class Compressions {

  private Compressions() {}

  /** The client's part: what it offers. */
  static void offer(Compression wanted, ClientHello.Builder hello) {
    if (wanted != Compression.NONE) {
      hello.addCompressions(wire(wanted));
    }
  }

  /** The server's part: what it wants, if that was offered; what it does not know, it ignores. */
  static Compression choose(Compression wanted, ClientHello hello) {
    return hello.getCompressionsList().contains(wire(wanted)) ? wanted : Compression.NONE;
  }

  /** What the server chose; empty when that was not offered. */
  static Optional<Compression> chosen(Compression offered, ServerChallenge challenge) {
    if (challenge.getCompression() == wire(Compression.NONE)) {
      return Optional.of(Compression.NONE);
    }
    return challenge.getCompression() == wire(offered) ? Optional.of(offered) : Optional.empty();
  }

  static io.rollcall.proto.handshake.Compression wire(Compression compression) {
    return switch (compression) {
      case NONE -> io.rollcall.proto.handshake.Compression.COMPRESSION_NONE;
      case ZSTD -> io.rollcall.proto.handshake.Compression.COMPRESSION_ZSTD;
    };
  }
}
