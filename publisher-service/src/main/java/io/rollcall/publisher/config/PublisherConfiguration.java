package io.rollcall.publisher.config;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micrometer.tracing.Tracer;
import io.rollcall.publisher.PublisherApplication;
import io.rollcall.publisher.api.AppVersion;
import io.rollcall.publisher.api.ChainController;
import io.rollcall.publisher.api.Problems;
import io.rollcall.publisher.api.PublisherFigures;
import io.rollcall.publisher.api.SdkController;
import io.rollcall.publisher.api.XtController;
import io.rollcall.publisher.coordination.PublisherCoordinator;
import io.rollcall.publisher.coordination.SequencerGateway;
import io.rollcall.publisher.coordination.XtProjection;
import io.rollcall.publisher.event.InboundObserver;
import io.rollcall.publisher.handler.SequencerConnectedHandler;
import io.rollcall.publisher.handler.SequencerLostHandler;
import io.rollcall.publisher.handler.UnroutedHandler;
import io.rollcall.publisher.handler.VoteHandler;
import io.rollcall.publisher.handler.VotingPolicy;
import io.rollcall.publisher.handler.XtRequestHandler;
import io.rollcall.publisher.inbound.InboundHandlers;
import io.rollcall.publisher.inbound.InboundMessageRouter;
import io.rollcall.publisher.ops.CoordinatorHealthIndicator;
import io.rollcall.publisher.ops.FactLog;
import io.rollcall.publisher.ops.InboundReporter;
import io.rollcall.publisher.ops.MeteredDecisionLog;
import io.rollcall.publisher.ops.OpenXtsEndpoint;
import io.rollcall.publisher.ops.PublisherMetrics;
import io.rollcall.publisher.ops.StartReport;
import io.rollcall.publisher.ops.StorageHealthIndicator;
import io.rollcall.publisher.outbound.TransportSequencerGateway;
import io.rollcall.publisher.tracing.PublisherTracing;
import io.rollcall.scp.PublisherFact;
import io.rollcall.scp.PublisherRules;
import io.rollcall.scp.ScpPublisher;
import io.rollcall.service.coordination.FactListener;
import io.rollcall.service.coordination.NanoClock;
import io.rollcall.service.coordination.SyncListener;
import io.rollcall.service.coordination.TraceContexts;
import io.rollcall.service.lifecycle.CoordinatorLifecycle;
import io.rollcall.service.lifecycle.ProcessExit;
import io.rollcall.service.metrics.StorageMeters;
import io.rollcall.service.tracing.ConditionalOnTracing;
import io.rollcall.transport.ConnectionSettings;
import io.rollcall.transport.ListenAddress;
import io.rollcall.transport.TransportServer;
import io.rollcall.transport.auth.AuthManager;
import io.rollcall.transport.autoconfigure.AuthProperties;
import io.rollcall.transport.autoconfigure.TransportProperties;
import io.rollcall.transport.event.TransportEventPublisher;
import io.rollcall.transport.metrics.TransportMetrics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.util.function.SingletonSupplier;

/** Wires the publisher's plain classes; the transport comes from its own auto-configuration. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(PublisherProperties.class)
@Import({Problems.class, XtController.class, ChainController.class, SdkController.class})
class PublisherConfiguration {

  /** Before the web server and the transport at start, after both at stop. */
  private static final int COORDINATOR_PHASE = 0;

  PublisherConfiguration() {}

  @Bean
  static ListenAddressCheck listenAddressCheck(Environment environment) {
    return new ListenAddressCheck(environment);
  }

  @Bean
  NanoClock nanoClock() {
    return NanoClock.anchored();
  }

  @Bean
  BoundChains boundChains(ObjectProvider<AuthManager> auth) {
    AuthManager manager = auth.getIfAvailable();
    return BoundChains.of(manager == null ? List.of() : manager.trustedKeys());
  }

  @Bean
  VotingPolicy votingPolicy(AuthProperties auth, BoundChains bound) {
    return new VotingPolicy(auth.enabled(), bound.identitiesByChain().keySet());
  }

  @Bean
  @ConditionalOnBooleanProperty("auth.enabled")
  BoundChainsFollower boundChainsFollower(
      AuthManager auth,
      BoundChains bound,
      VotingPolicy policy,
      PublisherMetrics metrics,
      PublisherCoordinator coordinator) {
    return BoundChainsFollower.start(auth, bound, policy, metrics, coordinator);
  }

  @Bean
  PublisherRules publisherRules(
      PublisherProperties properties,
      AuthProperties auth,
      BoundChains bound,
      Remembered remembered) {
    PublisherProperties.Scp scp = properties.scp();
    return PublisherRules.defaults()
        .withVoteTimeout(scp.timeout())
        .withMaxInFlightPerChain(scp.maxInFlightPerChain())
        .withQueue(
            new PublisherRules.Queue(
                scp.queueCapacity(),
                scp.queueBytes().toBytes(),
                scp.queueExpiry(),
                auth.enabled()
                    ? PublisherRules.Queue.DEFAULT_SUBMITTER_PERCENT
                    : PublisherRules.Queue.WHOLE_QUEUE_PERCENT))
        .withBoundChains(bound.identitiesByChain())
        .withRememberedOutcomes(remembered.count());
  }

  @Bean
  Decisions decisions(PublisherProperties properties, NanoClock clock) throws IOException {
    return Decisions.open(properties, clock);
  }

  @Bean
  Remembered remembered(PublisherProperties properties, Decisions decisions) {
    return decisions.log().isDurable()
        ? Remembered.beforeAnArchive(Runtime.getRuntime().maxMemory())
        : Remembered.of(properties.retention().count(), Runtime.getRuntime().maxMemory());
  }

  @Bean
  OpenXtsEndpoint openXtsEndpoint(PublisherCoordinator coordinator, XtProjection xts) {
    return new OpenXtsEndpoint(coordinator, xts);
  }

  @Bean
  XtProjection xtProjection(
      PublisherProperties properties, Remembered remembered, Decisions decisions, NanoClock clock) {
    return new XtProjection(
        remembered.count(), properties.retention().age(), clock, decisions.archive());
  }

  @Bean
  PublisherMetrics publisherMetrics(MeterRegistry registry, BoundChains bound) {
    return new PublisherMetrics(registry, bound.identitiesByChain().keySet());
  }

  @Bean
  SequencerGateway sequencerGateway(
      TransportServer server,
      TransportProperties transport,
      AuthProperties auth,
      PublisherMetrics metrics,
      ObjectProvider<TraceContexts> contexts) {
    ConnectionSettings connection =
        transport.toServerSettings(auth.toAdmissionSettings(), Optional.empty()).connection();
    return new TransportSequencerGateway(
        server,
        connection.outboundBuffer(),
        connection.maxMessageSize(),
        metrics,
        contexts.getIfAvailable(() -> TraceContexts.NONE));
  }

  @Bean
  @ConditionalOnTracing
  PublisherTracing publisherTracing(Tracer tracer, NanoClock clock) {
    return new PublisherTracing(tracer, clock);
  }

  @Bean
  PublisherCoordinator publisherCoordinator(
      PublisherRules rules,
      Decisions decisions,
      StorageMeters storageMeters,
      SequencerGateway gateway,
      XtProjection projection,
      PublisherMetrics metrics,
      InboundReporter reporter,
      ObjectProvider<PublisherTracing> tracing,
      ObjectProvider<SyncListener> syncs,
      NanoClock clock,
      ApplicationContext context) {
    List<FactListener<PublisherFact>> listeners =
        new ArrayList<>(List.of(projection, metrics, reporter, new FactLog(System::nanoTime)));
    tracing.ifAvailable(listeners::add);
    PublisherCoordinator coordinator =
        new PublisherCoordinator(
            new ScpPublisher(rules),
            new MeteredDecisionLog(
                decisions.log(), storageMeters, syncs.getIfAvailable(() -> SyncListener.NONE)),
            decisions.archive(),
            gateway,
            listeners,
            clock,
            new ProcessExit(context, System::exit));
    metrics.watch(coordinator::load);
    storageMeters.watch(coordinator::recovery, () -> coordinator.load().open());
    return coordinator;
  }

  @Bean
  CoordinatorLifecycle coordinatorLifecycle(PublisherCoordinator coordinator) {
    return new CoordinatorLifecycle(coordinator, COORDINATOR_PHASE);
  }

  @Bean
  InboundReporter inboundReporter(
      PublisherMetrics metrics,
      TransportMetrics transportMetrics,
      TransportServer server,
      ApplicationEventPublisher events) {
    return new InboundReporter(metrics, transportMetrics, server::offence, events::publishEvent);
  }

  /** What hears of peers checks and counts what came, and hands it over to the coordinator. */
  @Bean
  TransportEventPublisher transportEventPublisher(
      ApplicationEventPublisher events, ObjectProvider<PublisherCoordinator> coordinator) {
    SingletonSupplier<PublisherCoordinator> toldOf = SingletonSupplier.of(coordinator::getObject);
    return TransportEventPublisher.withImmediateListeners(
        events,
        () -> toldOf.obtain().hasRoom(),
        (connectionId, messages, bytes) -> toldOf.obtain().hasRoom(connectionId, messages, bytes));
  }

  @Bean
  InboundMessageRouter inboundMessageRouter(
      PublisherCoordinator coordinator,
      VotingPolicy policy,
      InboundObserver observer,
      ObjectProvider<TraceContexts> contexts) {
    return new InboundMessageRouter(
        new InboundHandlers(
            new SequencerConnectedHandler(coordinator, policy),
            new SequencerLostHandler(coordinator),
            new XtRequestHandler(
                coordinator, observer, contexts.getIfAvailable(() -> TraceContexts.NONE)),
            new VoteHandler(coordinator, policy, observer),
            new UnroutedHandler(policy, observer)),
        observer);
  }

  @Bean
  StorageMeters storageMeters(MeterRegistry registry) {
    return new StorageMeters(registry);
  }

  @Bean
  CoordinatorHealthIndicator coordinatorHealthIndicator(
      PublisherCoordinator coordinator, Decisions decisions) {
    return new CoordinatorHealthIndicator(coordinator, decisions.log());
  }

  @Bean
  StorageHealthIndicator storageHealthIndicator(Decisions decisions) {
    return new StorageHealthIndicator(decisions.log());
  }

  @Bean
  AppVersion appVersion() {
    String version = PublisherApplication.class.getPackage().getImplementationVersion();
    return new AppVersion(version == null ? "dev" : version, "unknown", "unknown");
  }

  @Bean
  PublisherFigures publisherFigures(
      TransportServer server,
      PublisherMetrics metrics,
      ObjectProvider<PrometheusMeterRegistry> prometheus,
      HealthEndpoint health) {
    return new WiredFigures(server, metrics, prometheus, health);
  }

  @Bean
  StartReport startReport(BoundChains bound, Decisions decisions, Remembered remembered) {
    return new StartReport(
        bound.unboundIdentities(),
        decisions.log().isDurable(),
        remembered.isFewerThanConfigured()
            ? OptionalInt.of(remembered.count())
            : OptionalInt.empty());
  }

  @Bean
  ApplicationListener<ApplicationReadyEvent> startAnnouncement(
      StartReport report, TransportServer server) {
    return event -> {
      report.warn();
      report.ready(
          ListenAddress.of(server.address()).toString(),
          event.getApplicationContext().getEnvironment().getProperty("local.server.port", "none"));
    };
  }
}
