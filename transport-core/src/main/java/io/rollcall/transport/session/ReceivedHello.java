package io.rollcall.transport.session;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.HandshakeRequest;

/**
 * A hello as it came.
 *
 * @param request what it says
 * @param frame its bytes, without the length prefix
 * @param binding what names the TLS session that it came on; empty without TLS
 */
public record ReceivedHello(HandshakeRequest request, ByteString frame, ByteString binding) {}
