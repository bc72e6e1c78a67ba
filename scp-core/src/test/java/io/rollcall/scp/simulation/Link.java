package io.rollcall.scp.simulation;

import io.rollcall.scp.PublisherInput;
import io.rollcall.scp.PublisherMessage;

/**
 * One connection between a peer and the publisher. Each direction keeps the order of its messages;
 * what was on its way when the connection is cut is lost, and the two ends notice at different
 * times.
 */
final class Link {

  private final World world;
  private final Judge judge;
  private final String id;
  private final SimulatedPublisher publisher;
  private final Client client;
  private final Channel up = new Channel();
  private final Channel down = new Channel();
  private boolean cut;
  private long stalledUntil;

  Link(World world, Judge judge, String id, SimulatedPublisher publisher, Client client) {
    this.world = world;
    this.judge = judge;
    this.id = id;
    this.publisher = publisher;
    this.client = client;
  }

  String id() {
    return id;
  }

  boolean isCut() {
    return cut;
  }

  /** The publisher admits the connection and says so, if it is there. */
  void open() {
    if (publisher.opened(this, client.peer(id))) {
      down.send("welcome", false, () -> client.opened(this));
    } else {
      cut = true;
      world.after(world.millis(1, 100), () -> client.lost(this));
    }
  }

  void toPublisher(PublisherInput input) {
    up.send(input.toString(), true, () -> publisher.received(id, input));
  }

  void toPeer(PublisherMessage message) {
    // No connection repeats a message by itself. Repeating a refusal would end the next submission
    // of the same XT, which it is not about; everything else is safe to repeat.
    boolean refusal = message instanceof PublisherMessage.Decision d && d.refused();
    down.send(
        message.toString(),
        !refusal,
        () -> {
          judge.delivered(client.name(), message);
          client.received(this, message);
        });
  }

  void stall(long nanos) {
    world.count(Happening.CONNECTION_STALLED);
    world.note(() -> id + " stalls for " + nanos / 1_000_000 + " ms");
    stalledUntil = world.now() + nanos;
  }

  void cut() {
    if (cut) {
      return;
    }
    cut = true;
    world.count(Happening.CONNECTION_CUT);
    world.note(() -> id + " is cut");
    world.after(world.millis(0, 3_000), () -> publisher.closed(id));
    world.after(world.millis(0, 2_000), () -> client.lost(this));
  }

  /** The publisher's process is gone. */
  void drop() {
    if (!cut) {
      cut = true;
      world.after(world.millis(0, 100), () -> client.lost(this));
    }
  }

  private final class Channel {

    private long last;

    void send(String what, boolean mayRepeat, Runnable delivery) {
      if (cut) {
        lose(what);
        return;
      }
      long delay = world.micros(100, 10_000);
      if (world.faulty() && world.chance(0.03)) {
        world.count(Happening.MESSAGE_DELAYED);
        delay = world.millis(50, 1_500);
      }
      long sequence = judge.sent();
      last = Math.max(Math.max(last, stalledUntil), world.now() + delay);
      world.at(last, () -> arrive(what, sequence, delivery));
      if (mayRepeat && world.faulty() && world.chance(0.03)) {
        world.count(Happening.MESSAGE_REPEATED);
        last += world.millis(0, 500);
        world.at(last, () -> arrive(what + " (repeated)", sequence, delivery));
      }
    }

    private void arrive(String what, long sequence, Runnable delivery) {
      if (cut) {
        lose(what);
        return;
      }
      world.note(() -> (this == up ? id + " -> publisher: " : "publisher -> " + id + ": ") + what);
      judge.arrived(sequence);
      delivery.run();
    }

    private void lose(String what) {
      world.count(Happening.MESSAGE_LOST);
      world.note(() -> "lost on " + id + ": " + what);
    }
  }
}
