package io.rollcall.scp.simulation;

import io.rollcall.scp.Peer;
import io.rollcall.scp.PublisherMessage;
import org.jspecify.annotations.Nullable;

/** Somebody who keeps a connection to the publisher and dials again when it is lost. */
abstract class Client {

  private final World world;
  private final Judge judge;
  private final SimulatedPublisher publisher;
  private final String name;
  private @Nullable Link link;

  /** The last connection that was tried; those before are nothing to whoever came back since. */
  private @Nullable Link attempt;

  private int dials;

  Client(World world, Judge judge, SimulatedPublisher publisher, String name) {
    this.world = world;
    this.judge = judge;
    this.publisher = publisher;
    this.name = name;
  }

  abstract Peer peer(String connectionId);

  /** The connection is good for sending. */
  abstract void connected();

  /** A connection that was good is gone. */
  abstract void disconnected();

  abstract void received(PublisherMessage message);

  final String name() {
    return name;
  }

  /** The connection that is good for sending as far as this side knows. */
  final @Nullable Link link() {
    return link;
  }

  final void dial() {
    dials++;
    if (dials > 1) {
      world.count(Happening.RECONNECTED);
      if (publisher.hasOpen(name + "#" + (dials - 1))) {
        world.count(Happening.RECONNECTED_BEFORE_THE_LOSS_WAS_NOTICED);
      }
    }
    Link fresh = new Link(world, judge, name + "#" + dials, publisher, this);
    publisher.links().add(fresh);
    attempt = fresh;
    fresh.open();
  }

  final void opened(Link fresh) {
    if (fresh == attempt) {
      link = fresh;
      connected();
    }
  }

  final void lost(Link old) {
    if (old != attempt) {
      return;
    }
    attempt = null;
    if (link == old) {
      link = null;
      disconnected();
    }
    boolean away = world.faulty() && world.chance(0.2);
    long pause = away ? world.millis(3_000, 10_000) : world.millis(20, 2_000);
    int before = dials;
    world.after(
        pause,
        () -> {
          if (dials == before && attempt == null && isUp()) {
            dial();
          }
        });
  }

  /** Whether there is somebody who dials. */
  boolean isUp() {
    return true;
  }

  /** Its process is gone, and with it its connection. */
  final void vanish() {
    Link old = attempt;
    attempt = null;
    link = null;
    if (old != null) {
      old.cut();
    }
  }

  final void received(Link from, PublisherMessage message) {
    if (from == link) {
      received(message);
    }
  }
}
