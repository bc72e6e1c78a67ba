package io.rollcall.publisher.inbound;

import io.rollcall.publisher.event.EventHandler;
import io.rollcall.publisher.event.SequencerConnected;
import io.rollcall.publisher.event.SequencerLost;
import io.rollcall.publisher.event.UnroutedReceived;
import io.rollcall.publisher.event.VoteReceived;
import io.rollcall.publisher.event.XtRequestReceived;

/**
 * Who takes which event: one each.
 *
 * @param connected a connection was admitted
 * @param lost a connection ended
 * @param xtRequest a request came
 * @param vote a vote came
 * @param unrouted anything else came
 */
public record InboundHandlers(
    EventHandler<SequencerConnected> connected,
    EventHandler<SequencerLost> lost,
    EventHandler<XtRequestReceived> xtRequest,
    EventHandler<VoteReceived> vote,
    EventHandler<UnroutedReceived> unrouted) {}
