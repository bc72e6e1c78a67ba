package io.rollcall.benchmarks.versus;

import io.rollcall.proto.v1.Message;

/** A client's connection with its stream. Any thread. */
interface Link extends AutoCloseable {

  /** Sends without waiting. */
  void send(Message message);

  /** Waits while the connection has not taken enough of what went before, then sends. */
  void sendPaced(Message message) throws InterruptedException;

  @Override
  void close();
}
