package io.rollcall.sequencer.inbound;

import io.rollcall.sequencer.event.DecisionAnnounced;
import io.rollcall.sequencer.event.EventHandler;
import io.rollcall.sequencer.event.PublisherConnected;
import io.rollcall.sequencer.event.PublisherLost;
import io.rollcall.sequencer.event.UnroutedReceived;
import io.rollcall.sequencer.event.XtAnnounced;

/**
 * Who takes which event: one each.
 *
 * @param connected the connection to the publisher is up
 * @param lost it ended
 * @param xtAnnounced an XT was announced
 * @param decision a decision came
 * @param unrouted anything else came
 */
public record InboundHandlers(
    EventHandler<PublisherConnected> connected,
    EventHandler<PublisherLost> lost,
    EventHandler<XtAnnounced> xtAnnounced,
    EventHandler<DecisionAnnounced> decision,
    EventHandler<UnroutedReceived> unrouted) {}
