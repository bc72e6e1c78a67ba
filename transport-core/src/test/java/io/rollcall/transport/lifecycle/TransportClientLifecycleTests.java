package io.rollcall.transport.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.transport.testing.FakeTransportClient;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TransportClientLifecycleTests {

  private final FakeTransportClient client = new FakeTransportClient();
  private final TransportClientLifecycle lifecycle = new TransportClientLifecycle(client);

  @Test
  void connectsInTheBackgroundSoThatStartUpDoesNotWait() {
    lifecycle.start();

    assertThat(client.calls).containsExactly("connectInBackground");
    assertThat(lifecycle.isRunning()).isTrue();
    assertThat(client.isConnected()).isFalse();
  }

  @Test
  void disconnectsBeforeItCallsBack() throws Exception {
    lifecycle.start();
    CompletableFuture<Integer> callsAtCallback = new CompletableFuture<>();

    lifecycle.stop(() -> callsAtCallback.complete(client.calls.size()));

    assertThat(callsAtCallback.get(10, TimeUnit.SECONDS)).isEqualTo(2);
    assertThat(client.calls).containsExactly("connectInBackground", "disconnect");
    assertThat(lifecycle.isRunning()).isFalse();
  }
}
