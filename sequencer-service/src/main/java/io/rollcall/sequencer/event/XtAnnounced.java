package io.rollcall.sequencer.event;

import com.google.protobuf.ByteString;

/**
 * The publisher relayed an {@code XTRequest}: voting begins. Nobody has checked it yet.
 *
 * @param connectionId where it came from
 * @param encodedRequest the request's bytes as they came: what its id is computed from
 * @param traceContext what it says it belongs to, as it came; often empty
 */
public record XtAnnounced(String connectionId, ByteString encodedRequest, ByteString traceContext)
    implements SequencerEvent {}
