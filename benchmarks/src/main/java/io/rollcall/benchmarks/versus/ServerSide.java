package io.rollcall.benchmarks.versus;

import io.rollcall.proto.v1.Message;

/** What a server does, on either side. */
interface ServerSide extends AutoCloseable {

  /** Where it listens. */
  int port();

  /** Peers that hear of broadcasts. */
  int readers();

  /** Sends to all of them; waits first while they have not taken enough of what went before. */
  void broadcast(Message message) throws InterruptedException;

  @Override
  void close();

  /** What a server does with a message. */
  enum Work {
    ECHO,
    COUNT
  }
}
