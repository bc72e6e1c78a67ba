package io.rollcall.transport;

import java.time.Duration;

/**
 * What a server and a client have in common about one connection. Every limit is checked here; the
 * defaults are in {@link #server()} and {@link #client()}.
 *
 * @param maxMessageSize most bytes of one message, without its length prefix
 * @param readTimeout how long a frame may take from its first byte to its last
 * @param writeTimeout how long a queued byte may wait
 * @param bufferSize most bytes taken in one read
 * @param keepAlive TCP keep-alive
 * @param keepAlivePeriod idle time before the first TCP probe
 * @param outboundBuffer most bytes queued for one connection
 * @param inboundBuffer most bytes of partial frames over all connections
 * @param stopTimeout how long a stop waits for queues to drain
 * @param compression whether large messages are compressed, where the peer wants that too
 */
public record ConnectionSettings(
    int maxMessageSize,
    Duration readTimeout,
    Duration writeTimeout,
    int bufferSize,
    boolean keepAlive,
    Duration keepAlivePeriod,
    long outboundBuffer,
    long inboundBuffer,
    Duration stopTimeout,
    CompressionSettings compression) {

  /** 10 MiB, as the SDK. */
  public static final int DEFAULT_MAX_MESSAGE_SIZE = 10 * 1024 * 1024;

  /** Checks every value. */
  public ConnectionSettings {
    require(maxMessageSize > 0, "max-message-size", maxMessageSize, "at least 1 byte");
    requirePositive("read-timeout", readTimeout);
    requirePositive("write-timeout", writeTimeout);
    require(bufferSize >= 1024, "buffer-size", bufferSize, "at least 1024 bytes");
    requirePositive("keep-alive-period", keepAlivePeriod);
    require(
        outboundBuffer >= maxMessageSize,
        "outbound-buffer",
        outboundBuffer,
        "at least max-message-size (" + maxMessageSize + ")");
    require(
        inboundBuffer >= maxMessageSize,
        "inbound-buffer",
        inboundBuffer,
        "at least max-message-size (" + maxMessageSize + ")");
    requirePositive("stop-timeout", stopTimeout);
    // A compressed frame is still held while there is the message that was in it.
    require(
        !compression.on() || inboundBuffer >= 2L * maxMessageSize,
        "inbound-buffer",
        inboundBuffer,
        "at least twice max-message-size (" + maxMessageSize + "), since compression is on");
  }

  /** A server's defaults. */
  public static ConnectionSettings server() {
    return defaults(Duration.ofSeconds(30));
  }

  /** A client's defaults. */
  public static ConnectionSettings client() {
    return defaults(Duration.ofSeconds(10));
  }

  /** The default of {@code outboundBuffer} for a message size: two messages. */
  public static long defaultOutboundBuffer(int maxMessageSize) {
    return 2L * maxMessageSize;
  }

  /** The default of {@code inboundBuffer} for a message size: 64 MiB, or two messages if larger. */
  public static long defaultInboundBuffer(int maxMessageSize) {
    return Math.max(64L * 1024 * 1024, 2L * maxMessageSize);
  }

  private static ConnectionSettings defaults(Duration writeTimeout) {
    return new ConnectionSettings(
        DEFAULT_MAX_MESSAGE_SIZE,
        Duration.ofSeconds(30),
        writeTimeout,
        64 * 1024,
        true,
        Duration.ofSeconds(30),
        defaultOutboundBuffer(DEFAULT_MAX_MESSAGE_SIZE),
        defaultInboundBuffer(DEFAULT_MAX_MESSAGE_SIZE),
        Duration.ofSeconds(10),
        CompressionSettings.OFF);
  }

  static void requirePositive(String name, Duration value) {
    require(
        value.isPositive() && value.compareTo(Duration.ofDays(365)) <= 0,
        name,
        value,
        "more than nothing and at most 365 days");
  }

  static void require(boolean holds, String name, Object value, String expected) {
    if (!holds) {
      throw new InvalidSettingException(name, String.valueOf(value), expected);
    }
  }
}
