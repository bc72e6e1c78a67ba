package io.rollcall.transport.metrics;

import io.rollcall.proto.v1.Message;
import io.rollcall.transport.CloseReason;
import java.time.Duration;

/**
 * Where the transport reports what happens. Every call is cheap, never blocks and never throws, so
 * event loops may make it. {@link TransportMeters} says which meter each call moves.
 */
public interface TransportMetrics {

  /** Counts nothing. */
  TransportMetrics NOOP = new NoopTransportMetrics();

  /** What was being done when something went wrong. */
  enum Operation {
    /** A server took a socket, or refused to. */
    ACCEPT,
    /** A client dialled. */
    CONNECT,
    /** Hello or its answer, on either side. */
    HANDSHAKE,
    /** Bytes came that were no frame or no message, came too slowly, or stopped coming. */
    READ,
    /** Something could not be written. */
    WRITE,
    /** A handler or listener threw, or a message asked for what its sender may not do. */
    HANDLE
  }

  /** A server admitted a connection. */
  void connectionAdded();

  /** A server's connection gave way to a newer one of the same identity; its removal follows. */
  void connectionReplaced();

  /** A server lost an admitted connection after this long. */
  void connectionRemoved(Duration lived);

  /** A client's connection is up. */
  void connected();

  /** A client's connection ended after this long. */
  void disconnected(Duration lived);

  /**
   * A message came: one call per frame, ping, pong and disconnect included. The two bare handshake
   * frames count as the payload of their name.
   *
   * @param bytes of the message, without the length prefix
   */
  void messageReceived(Message.PayloadCase type, int bytes);

  /** A message was handed to the socket, once per recipient; otherwise as for what came. */
  void messageSent(Message.PayloadCase type, int bytes);

  /**
   * A message came compressed; {@link #messageReceived} counts it as well.
   *
   * @param messageBytes of the message itself
   * @param bytes that came in its place; neither with the length prefix
   */
  void compressedReceived(int messageBytes, int bytes);

  /** A message was handed to the socket compressed, once per recipient; otherwise likewise. */
  void compressedSent(int messageBytes, int bytes);

  /** A handler is done with a message after so many nanoseconds, whether or not it threw. */
  void messageProcessed(Message.PayloadCase type, long nanos);

  /** A broadcast is done: so many sockets took it, the last after this long. */
  void broadcast(int recipients, Duration took);

  /**
   * A hello came whose signature a trusted key had made, with a timestamp this far ahead of the own
   * clock; negative when behind it. Whether it was accepted does not matter.
   */
  void helloClockSkew(Duration ahead);

  /** Something went wrong. */
  void error(CloseReason type, Operation operation);

  /**
   * Shows a server's or client's load in the gauges until the result is closed. Several at a time
   * are added up; of the buffers the fullest counts.
   */
  Registration watch(TransportLoad load);

  /**
   * Which secp256k1 implementation verifies.
   *
   * @param name one of a few fixed names
   */
  void signatureProvider(String name);

  /** Ends what {@link #watch} began. */
  @FunctionalInterface
  interface Registration extends AutoCloseable {

    /** Does nothing the second time. */
    @Override
    void close();
  }
}
