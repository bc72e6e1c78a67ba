package io.rollcall.publisher.event;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.XTRequest;

/**
 * A peer submitted an {@code XTRequest}, which nobody has checked yet.
 *
 * @param connectionId the submitter's connection
 * @param request as the message's parser understood it
 * @param encodedRequest the request's bytes as they came: what its id is computed from and what is
 *     relayed
 * @param traceContext what it says it belongs to, as it came; often empty
 */
public record XtRequestReceived(
    String connectionId, XTRequest request, ByteString encodedRequest, ByteString traceContext)
    implements PublisherEvent {}
