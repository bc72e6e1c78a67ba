package io.rollcall.benchmarks.versus;

import io.rollcall.proto.v1.Message;
import io.rollcall.transport.TransportServer;
import io.rollcall.transport.event.MessageReceivedEvent;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

/** The transport's side: a Spring Boot application with one listener. */
final class RollcallServer implements ServerSide {

  /** Broadcasts that may be under way: the next one waits until all readers' sockets took one. */
  private final Semaphore room;

  private final ConfigurableApplicationContext application;
  private final TransportServer server;

  /**
   * Starts it.
   *
   * @param underWay broadcasts that some reader's socket may not have taken yet
   */
  RollcallServer(Work work, Arrivals arrivals, int underWay) {
    room = new Semaphore(underWay);
    SpringApplication spring = new SpringApplication(Application.class);
    spring.setWebApplicationType(WebApplicationType.NONE);
    spring.addInitializers(context -> {
      context.getBeanFactory().registerSingleton("work", work);
      context.getBeanFactory().registerSingleton("arrivals", arrivals);
    });
    application =
        spring.run(
            "--spring.main.banner-mode=off",
            "--transport.listen-addr=127.0.0.1:0",
            "--transport.max-connections=2000",
            "--transport.throttle.rate=0");
    server = application.getBean(TransportServer.class);
  }

  @Override
  public int port() {
    return server.address().getPort();
  }

  @Override
  public int readers() {
    return server.connectionCount();
  }

  @Override
  public void broadcast(Message message) throws InterruptedException {
    room.acquire();
    var _ = server.broadcast(message, Set.of()).whenComplete((result, failure) -> room.release());
  }

  @Override
  public void close() {
    application.close();
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Application {

    @Bean
    Listener listener(TransportServer server, Work work, Arrivals arrivals) {
      return new Listener(server, work, arrivals);
    }
  }

  /** What a user of the transport writes. */
  static class Listener {

    private final TransportServer server;
    private final Work work;
    private final Arrivals arrivals;

    Listener(TransportServer server, Work work, Arrivals arrivals) {
      this.server = server;
      this.work = work;
      this.arrivals = arrivals;
    }

    @EventListener
    void on(MessageReceivedEvent event) {
      Message message = event.message().message();
      switch (work) {
        case COUNT -> arrivals.arrived(message);
        case ECHO ->
            server
                .connection(event.message().connectionId())
                .ifPresent(connection -> connection.send(message));
      }
    }
  }
}
