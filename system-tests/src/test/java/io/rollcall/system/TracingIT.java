package io.rollcall.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.rollcall.transport.TransportServer;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.io.DefaultResourceLoader;
import tools.jackson.databind.json.JsonMapper;

/**
 * One XT is one trace. The three services run in this JVM over real sockets and disks, each with an
 * exporter into memory.
 */
class TracingIT {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Wallet ALICE = new Wallet("Alice");
  private static final Wallet BOB = new Wallet("Bob");
  private static final String CALLER_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String CALLER_SPAN = "00f067aa0ba902b7";

  /**
   * The class path of one service: each has an application.yml, and migrations that are looked for
   * beside the classes of service-core.
   */
  private static final class OwnClasses extends URLClassLoader {

    OwnClasses(String module) throws MalformedURLException {
      super(new URL[] {classes(module), classes("service-core")}, TracingIT.class.getClassLoader());
    }

    private static URL classes(String module) throws MalformedURLException {
      return Path.of("..", module, "target", "classes").toUri().toURL();
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith("io.rollcall.service.")) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded == null ? findClass(name) : loaded;
      }
    }
  }

  /** A service. */
  private record Service(
      ConfigurableApplicationContext context, OwnClasses loader, InMemorySpanExporter exporter)
      implements AutoCloseable {

    static Service start(String module, String application, String... properties) throws Exception {
      InMemorySpanExporter exporter = InMemorySpanExporter.create();
      OwnClasses loader = new OwnClasses(module);
      Thread thread = Thread.currentThread();
      ClassLoader before = thread.getContextClassLoader();
      thread.setContextClassLoader(loader);
      try {
        SpringApplication spring =
            new SpringApplication(new DefaultResourceLoader(loader), loader.loadClass(application));
        spring.addInitializers(context ->
            ((GenericApplicationContext) context)
                .registerBean(SpanProcessor.class, () -> SimpleSpanProcessor.create(exporter)));
        List<String> arguments = new ArrayList<>(List.of(properties));
        arguments.add("--server.port=0");
        arguments.add("--server.address=127.0.0.1");
        arguments.add("--management.tracing.sampling.probability=1.0");
        arguments.add("--management.opentelemetry.tracing.export.otlp.endpoint=http://127.0.0.1:1");
        // Everything is as with an exporter, but for this one, which would have nobody to talk to.
        arguments.add("--management.tracing.export.otlp.enabled=false");
        return new Service(spring.run(arguments.toArray(String[]::new)), loader, exporter);
      } finally {
        thread.setContextClassLoader(before);
      }
    }

    HttpApi http() {
      return new HttpApi(
          "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port"));
    }

    /** The spans of this trace. */
    List<SpanData> spans(String traceId) {
      return exporter.getFinishedSpanItems().stream()
          .filter(span -> span.getTraceId().equals(traceId))
          .toList();
    }

    boolean has(String name) {
      return spans(CALLER_TRACE).stream().anyMatch(span -> span.getName().equals(name));
    }

    /** The one span of this name in the caller's trace. */
    SpanData span(String name) {
      List<SpanData> found =
          spans(CALLER_TRACE).stream().filter(span -> span.getName().equals(name)).toList();
      assertThat(found).as(name).hasSize(1);
      return found.getFirst();
    }

    /** The one sync under this span. */
    SpanData syncUnder(SpanData parent) {
      List<SpanData> found =
          spans(CALLER_TRACE).stream()
              .filter(span -> span.getName().equals("xt sync"))
              .filter(span -> span.getParentSpanId().equals(parent.getSpanId()))
              .toList();
      assertThat(found).as("syncs under " + parent.getName()).hasSize(1);
      return found.getFirst();
    }

    @Override
    public void close() throws IOException {
      context.close();
      loader.close();
    }
  }

  @TempDir private Path data;
  private @Nullable Service publisher;
  private @Nullable Service alpha;
  private @Nullable Service beta;

  @BeforeEach
  void start() throws Exception {
    publisher =
        Service.start(
            "publisher-service",
            "io.rollcall.publisher.PublisherApplication",
            "--transport.listen-addr=127.0.0.1:0",
            "--publisher.storage.url=jdbc:sqlite:" + data.resolve("publisher.db"));
    int port = publisher.context().getBean(TransportServer.class).address().getPort();
    alpha = sequencer(55_555, port);
    beta = sequencer(77_777, port);
  }

  private Service sequencer(long chain, int publisherPort) throws Exception {
    return Service.start(
        "sequencer-service",
        "io.rollcall.sequencer.SequencerApplication",
        "--sequencer.chain-id=" + chain,
        "--transport.server-addr=127.0.0.1:" + publisherPort,
        "--transport.reconnect-delay=20ms",
        "--sequencer.storage.url=jdbc:sqlite:" + data.resolve(chain + ".db"),
        "--sequencer.execution.genesis." + ALICE.address() + "=1000",
        "--sequencer.execution.genesis." + BOB.address() + "=1000");
  }

  @AfterEach
  void stop() throws IOException {
    for (Service service : new @Nullable Service[] {alpha, beta, publisher}) {
      if (service != null) {
        service.close();
      }
    }
  }

  @Test
  void aCommitIsOneTraceOverSubmitterPublisherAndBothSequencers() throws Exception {
    String id = submit(20);
    await("xt apply");

    Service leads = running(publisher);
    SpanData whole = assertSubmissionAndPublisher("committed");
    assertThat(attribute(whole, "rollcall.xt")).isEqualTo(id);
    assertThat(attribute(whole, "rollcall.chains")).isEqualTo("55555 77777");
    assertThat(leads.span("xt vote").getEvents()).hasSize(2);
    for (Service sequencer : List.of(running(alpha), running(beta))) {
      SpanData vote = sequencer.span("xt vote");
      assertThat(vote.getParentSpanId()).isEqualTo(whole.getSpanId());
      assertThat(attribute(vote, "rollcall.vote")).isEqualTo("yes");
      assertThat(sequencer.syncUnder(vote)).isNotNull();
      SpanData apply = sequencer.span("xt apply");
      assertThat(apply.getParentSpanId()).isEqualTo(whole.getSpanId());
      assertThat(attribute(apply, "rollcall.xt")).isEqualTo(id);
      assertThat(sequencer.syncUnder(apply)).isNotNull();
      assertThat(sequencer.has("xt discard")).isFalse();
    }
    assertThat(attribute(running(alpha).span("xt vote"), "rollcall.chain")).isEqualTo("55555");
    assertThat(attribute(running(beta).span("xt vote"), "rollcall.chain")).isEqualTo("77777");
    assertNoOtherTraceOfXts();
  }

  @Test
  void anAbortIsOneTraceThatSaysWhoseNoItWas() throws Exception {
    var _ = submit(5_000);
    await("xt discard");

    SpanData whole = assertSubmissionAndPublisher("aborted");
    assertThat(attribute(whole, "rollcall.reason")).contains("77777");
    assertThat(attribute(running(beta).span("xt vote"), "rollcall.vote")).isEqualTo("no");
    for (Service sequencer : List.of(running(alpha), running(beta))) {
      SpanData discard = sequencer.span("xt discard");
      assertThat(discard.getParentSpanId()).isEqualTo(whole.getSpanId());
      assertThat(attribute(discard, "rollcall.outcome")).isEqualTo("aborted");
      assertThat(sequencer.has("xt apply")).isFalse();
    }
    assertNoOtherTraceOfXts();
  }

  /** Returns the publisher's span of the XT. */
  private SpanData assertSubmissionAndPublisher(String outcome) {
    Service submitter = running(alpha);
    SpanData request = submitter.span("http post /v1/xts");
    assertThat(request.getParentSpanId()).as("joins its caller").isEqualTo(CALLER_SPAN);
    assertThat(submitter.syncUnder(request)).isNotNull();

    Service leads = running(publisher);
    SpanData whole = leads.span("xt");
    assertThat(whole.getParentSpanId()).isEqualTo(request.getSpanId());
    assertThat(attribute(whole, "rollcall.outcome")).isEqualTo(outcome);
    for (String phase : List.of("xt queue", "xt vote", "xt decide")) {
      assertThat(leads.span(phase).getParentSpanId()).as(phase).isEqualTo(whole.getSpanId());
    }
    assertThat(leads.syncUnder(leads.span("xt queue"))).isNotNull();
    assertThat(leads.syncUnder(leads.span("xt decide"))).isNotNull();
    return whole;
  }

  private void assertNoOtherTraceOfXts() {
    for (Service service : List.of(running(publisher), running(alpha), running(beta))) {
      assertThat(service.exporter().getFinishedSpanItems())
          .filteredOn(span -> span.getName().startsWith("xt"))
          .allSatisfy(span -> assertThat(span.getTraceId()).isEqualTo(CALLER_TRACE));
    }
  }

  /** Alice pays Bob on alpha and Bob pays Alice on beta, who has 1000; returns the XT's id. */
  private String submit(long onBeta) throws Exception {
    Rollup first = new Rollup("alpha", 55_555, running(alpha).http());
    Rollup second = new Rollup("beta", 77_777, running(beta).http());
    first.awaitConnected();
    second.awaitConnected();
    String xt = new Exchange(first, second, ALICE, BOB).xt(30, onBeta);
    try (HttpClient caller = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          caller.send(
              HttpRequest.newBuilder(URI.create(first.http().base() + "/v1/xts"))
                  .header("Content-Type", "application/json")
                  .header("traceparent", "00-" + CALLER_TRACE + "-" + CALLER_SPAN + "-01")
                  .timeout(LIMIT)
                  .POST(HttpRequest.BodyPublishers.ofString(xt))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
      return JsonMapper.builder().build().readTree(answer.body()).get("id").asString();
    }
  }

  private void await(String last) {
    Map<String, Service> all =
        Map.of("xt", running(publisher), last, running(beta), "http post /v1/xts", running(alpha));
    all.forEach((name, service) -> Waiting.until(name, LIMIT, () -> service.has(name)));
    Waiting.until(last, LIMIT, () -> running(alpha).has(last));
  }

  private static Service running(@Nullable Service service) {
    if (service == null) {
      throw new IllegalStateException("not started");
    }
    return service;
  }

  private static @Nullable String attribute(SpanData span, String name) {
    return span.getAttributes().get(AttributeKey.stringKey(name));
  }
}
