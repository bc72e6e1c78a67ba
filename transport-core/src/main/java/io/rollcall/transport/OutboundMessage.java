package io.rollcall.transport;

import io.rollcall.proto.v1.Message;
import java.util.Collection;

/**
 * A message and who is to get it, one of several that a server sends at once.
 *
 * @param connectionIds connection ids, not identities, each once
 * @param message encoded once, however many get it
 */
public record OutboundMessage(Collection<String> connectionIds, Message message) {}
