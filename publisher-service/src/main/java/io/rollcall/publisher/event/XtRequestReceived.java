package io.rollcall.publisher.event;

import com.google.protobuf.ByteString;

/**
 * A peer submitted an {@code XTRequest}, which nobody has checked yet.
 *
 * @param connectionId the submitter's connection
 * @param encodedRequest the request's bytes as they came: what its id is computed from and what is
 *     relayed
 */
public record XtRequestReceived(String connectionId, ByteString encodedRequest)
    implements PublisherEvent {}
