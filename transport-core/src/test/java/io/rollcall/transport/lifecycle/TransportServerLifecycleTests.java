package io.rollcall.transport.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.transport.event.TransportServerStartedEvent;
import io.rollcall.transport.testing.FakeTransportServer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;

class TransportServerLifecycleTests {

  private final List<Object> happened = new CopyOnWriteArrayList<>();
  private final FakeTransportServer server = new FakeTransportServer(() -> happened.add("drained"));
  private final TransportServerLifecycle lifecycle =
      new TransportServerLifecycle(server, this::record);

  private void record(Object event) {
    happened.add(event instanceof AvailabilityChangeEvent<?> change ? change.getState() : event);
  }

  @Test
  void saysWhereTheServerListens() {
    lifecycle.start();

    assertThat(lifecycle.isRunning()).isTrue();
    assertThat(happened).containsExactly(new TransportServerStartedEvent(server.address()));
  }

  @Test
  void refusesTrafficBeforeItDrainsAndCallsBackAfter() throws Exception {
    lifecycle.start();
    happened.clear();
    CompletableFuture<Void> stopped = new CompletableFuture<>();

    lifecycle.stop(() -> {
      happened.add("called back");
      stopped.complete(null);
    });
    stopped.get(10, TimeUnit.SECONDS);

    assertThat(happened).containsExactly(ReadinessState.REFUSING_TRAFFIC, "drained", "called back");
    assertThat(lifecycle.isRunning()).isFalse();
  }

  @Test
  void callsBackWhenTheServerFailsToStop() throws Exception {
    FakeTransportServer broken =
        new FakeTransportServer(() -> {
          throw new IllegalStateException("on purpose");
        });
    TransportServerLifecycle around = new TransportServerLifecycle(broken, event -> {});
    around.start();
    CompletableFuture<Void> stopped = new CompletableFuture<>();

    around.stop(() -> stopped.complete(null));

    assertThat(stopped.get(10, TimeUnit.SECONDS)).isNull();
  }

  @Test
  void acceptsTrafficAgainWhenTheContextIsRestarted() {
    lifecycle.start();
    lifecycle.stop();
    happened.clear();

    lifecycle.start();

    assertThat(happened)
        .containsExactly(
            new TransportServerStartedEvent(server.address()), ReadinessState.ACCEPTING_TRAFFIC);
  }
}
