package io.rollcall.publisher.ops;

import io.rollcall.proto.ChainId;

/**
 * A Spring event: a peer spoke for a chain that it may not speak for; its message was dropped.
 * Published for every such message, often on an event loop: a listener must return at once.
 * Immutable.
 *
 * @param connectionId where it came from
 * @param identity the sender's label
 * @param chain the chain it claimed to be
 * @param payload the kind of message, as the name of its field in {@code Message}
 */
public record IdentityMismatchEvent(
    String connectionId, String identity, ChainId chain, String payload) {}
