package io.rollcall.transport.metrics;

import io.rollcall.proto.v1.Message;
import io.rollcall.transport.CloseReason;
import java.time.Duration;

/** Counts nothing, for applications without a meter registry and for tests. */
final class NoopTransportMetrics implements TransportMetrics {

  @Override
  public void connectionAdded() {}

  @Override
  public void connectionReplaced() {}

  @Override
  public void connectionRemoved(Duration lived) {}

  @Override
  public void connected() {}

  @Override
  public void disconnected(Duration lived) {}

  @Override
  public void messageReceived(Message.PayloadCase type, int bytes) {}

  @Override
  public void messageSent(Message.PayloadCase type, int bytes) {}

  @Override
  public void compressedReceived(int messageBytes, int bytes) {}

  @Override
  public void compressedSent(int messageBytes, int bytes) {}

  @Override
  public void messageProcessed(Message.PayloadCase type, long nanos) {}

  @Override
  public void broadcast(int recipients, Duration took) {}

  @Override
  public void helloClockSkew(Duration ahead) {}

  @Override
  public void error(CloseReason type, Operation operation) {}

  @Override
  public Registration watch(TransportLoad load) {
    return () -> {};
  }

  @Override
  public void signatureProvider(String name) {}
}
