package io.rollcall.transport.session;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.transport.Compression;

/**
 * A hello as it came.
 *
 * @param request what it says
 * @param frame its bytes, without the length prefix
 * @param binding what names the TLS session that it came on; empty without TLS
 * @param compression what this server wants, if the peer offers it
 */
public record ReceivedHello(
    HandshakeRequest request, ByteString frame, ByteString binding, Compression compression) {}
