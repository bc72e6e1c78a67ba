package io.rollcall.sequencer.config;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.tracing.Tracer;
import io.rollcall.scp.ScpSequencer;
import io.rollcall.scp.SequencerFact;
import io.rollcall.scp.SequencerRules;
import io.rollcall.sequencer.coordination.ExecutionPort;
import io.rollcall.sequencer.coordination.PublisherGateway;
import io.rollcall.sequencer.coordination.RollupNode;
import io.rollcall.sequencer.coordination.SequencerCoordinator;
import io.rollcall.sequencer.coordination.SubmissionDesk;
import io.rollcall.sequencer.coordination.SubmissionListener;
import io.rollcall.sequencer.coordination.XtProjection;
import io.rollcall.sequencer.execution.ledger.EmbeddedLedger;
import io.rollcall.sequencer.execution.ledger.Genesis;
import io.rollcall.sequencer.handler.DecisionAnnouncedHandler;
import io.rollcall.sequencer.handler.PublisherConnectedHandler;
import io.rollcall.sequencer.handler.PublisherLostHandler;
import io.rollcall.sequencer.handler.UnroutedHandler;
import io.rollcall.sequencer.handler.XtAnnouncedHandler;
import io.rollcall.sequencer.inbound.InboundHandlers;
import io.rollcall.sequencer.inbound.InboundMessageRouter;
import io.rollcall.sequencer.ops.ConsensusMeters;
import io.rollcall.sequencer.ops.CoordinatorHealthIndicator;
import io.rollcall.sequencer.ops.DoubtEndpoint;
import io.rollcall.sequencer.ops.ExecutionHealthIndicator;
import io.rollcall.sequencer.ops.HttpAddressLog;
import io.rollcall.sequencer.ops.MeteredJournal;
import io.rollcall.sequencer.ops.OpenXtsEndpoint;
import io.rollcall.sequencer.ops.OutcomeLog;
import io.rollcall.sequencer.ops.StorageHealthIndicator;
import io.rollcall.sequencer.ops.XtAlarms;
import io.rollcall.sequencer.outbound.TransportPublisherGateway;
import io.rollcall.sequencer.tracing.SequencerTracing;
import io.rollcall.service.coordination.FactListener;
import io.rollcall.service.coordination.FailureHandler;
import io.rollcall.service.coordination.NanoClock;
import io.rollcall.service.coordination.SyncListener;
import io.rollcall.service.coordination.TraceContexts;
import io.rollcall.service.lifecycle.CoordinatorLifecycle;
import io.rollcall.service.lifecycle.ProcessExit;
import io.rollcall.service.metrics.StorageMeters;
import io.rollcall.service.tracing.ConditionalOnTracing;
import io.rollcall.transport.ClientSettings;
import io.rollcall.transport.TransportClient;
import io.rollcall.transport.TransportServer;
import io.rollcall.transport.autoconfigure.InvalidPropertyException;
import io.rollcall.transport.autoconfigure.TransportProperties;
import io.rollcall.transport.lifecycle.TransportServerLifecycle;
import io.rollcall.transport.metrics.TransportMetrics;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The wiring. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(SequencerProperties.class)
class SequencerConfiguration {

  /** The web server is 2048 before the transport, its graceful end 1024. */
  private static final int BEFORE_HTTP = 4_096;

  private static final Logger log = LoggerFactory.getLogger(SequencerConfiguration.class);

  /** XTs in memory where there is an archive: enough for what is asked for soon after. */
  private static final int BEFORE_AN_ARCHIVE = 20_000;

  /** How long a submission waits for the coordinator before it is told to come again. */
  private static final Duration SUBMISSION_PATIENCE = Duration.ofSeconds(10);

  @Bean
  NanoClock nanoClock() {
    return NanoClock.anchored();
  }

  @Bean
  EmbeddedLedger embeddedLedger(SequencerProperties properties) {
    return new EmbeddedLedger(
        properties.chain(),
        Genesis.parse(properties.execution().genesis()),
        EmbeddedLedger.DEFAULT_MAX_RECEIPTS);
  }

  @Bean
  JournalAndArchive journalAndArchive(SequencerProperties properties, NanoClock clock)
      throws IOException {
    JournalAndArchive opened = JournalAndArchive.open(properties, clock);
    if (!opened.journal().isDurable()) {
      log.warn(
          "sequencer.storage.url is memory: after a restart this sequencer has forgotten what it"
              + " voted on, and the ledger of chain {} begins with its {} genesis accounts",
          properties.chain(),
          properties.execution().genesis().size());
    }
    return opened;
  }

  @Bean
  XtProjection xtProjection(
      SequencerProperties properties, JournalAndArchive stored, NanoClock clock) {
    return new XtProjection(
        properties.chain(),
        remembered(properties, stored),
        properties.retention().age(),
        clock,
        stored.archive());
  }

  private static int remembered(SequencerProperties properties, JournalAndArchive stored) {
    int count = properties.retention().count();
    return stored.journal().isDurable() ? Math.min(count, BEFORE_AN_ARCHIVE) : count;
  }

  @Bean
  PublisherGateway publisherGateway(
      ObjectProvider<TransportClient> client,
      TransportProperties transport,
      SequencerProperties properties,
      ObjectProvider<TraceContexts> contexts) {
    TransportClient publisher = client.getIfAvailable();
    if (publisher == null) {
      throw InvalidPropertyException.of(
          "transport.server-addr",
          "",
          "the publisher's address, for example publisher.example.com:8080; a sequencer has no"
              + " default");
    }
    return new TransportPublisherGateway(
        publisher,
        properties.chain(),
        settings(transport).connection().outboundBuffer(),
        contexts.getIfAvailable(() -> TraceContexts.NONE));
  }

  @Bean
  @ConditionalOnTracing
  SequencerTracing sequencerTracing(
      Tracer tracer, SequencerProperties properties, NanoClock clock) {
    return new SequencerTracing(tracer, properties.chain(), clock);
  }

  private static ClientSettings settings(TransportProperties transport) {
    return transport.toClientSettings(false, Optional.empty());
  }

  @Bean
  FailureHandler failureHandler(ApplicationContext context) {
    return new ProcessExit(context, System::exit);
  }

  @Bean
  SequencerCoordinator sequencerCoordinator(
      SequencerProperties properties,
      JournalAndArchive stored,
      StorageMeters storageMeters,
      ExecutionPort execution,
      PublisherGateway gateway,
      XtProjection projection,
      ConsensusMeters meters,
      XtAlarms alarms,
      ObjectProvider<SequencerTracing> tracing,
      ObjectProvider<SyncListener> syncs,
      NanoClock clock,
      FailureHandler failureHandler) {
    SequencerRules rules =
        SequencerRules.defaults(properties.chain())
            .withVoteDeadline(properties.scp().voteDeadline())
            .withRememberedOutcomes(remembered(properties, stored));
    // The projection first: the meters look an XT's start up there.
    List<FactListener<SequencerFact>> listeners =
        new ArrayList<>(
            List.of(
                projection, meters, alarms, new OutcomeLog(properties.chain(), System::nanoTime)));
    tracing.ifAvailable(listeners::add);
    SequencerCoordinator coordinator =
        new SequencerCoordinator(
            new ScpSequencer(rules),
            new MeteredJournal(
                stored.journal(), storageMeters, syncs.getIfAvailable(() -> SyncListener.NONE)),
            stored.archive(),
            execution,
            gateway,
            listeners,
            clock,
            failureHandler);
    storageMeters.watch(coordinator::recovery, coordinator::open);
    storageMeters.watchInDoubt(() -> projection.inDoubt().size());
    return coordinator;
  }

  @Bean
  CoordinatorLifecycle coordinatorLifecycle(SequencerCoordinator coordinator) {
    return new CoordinatorLifecycle(coordinator, TransportServerLifecycle.PHASE - BEFORE_HTTP);
  }

  @Bean
  SubmissionDesk submissionDesk(
      SequencerCoordinator coordinator,
      XtProjection projection,
      RollupNode rollup,
      ExecutionPort execution,
      TransportProperties transport,
      ObjectProvider<SubmissionListener> listener) {
    return new SubmissionDesk(
        coordinator,
        projection,
        rollup,
        execution,
        settings(transport).connection().maxMessageSize(),
        SUBMISSION_PATIENCE,
        listener.getIfAvailable(() -> SubmissionListener.NONE));
  }

  @Bean
  InboundMessageRouter inboundMessageRouter(
      SequencerCoordinator coordinator,
      ConsensusMeters observer,
      ObjectProvider<TransportServer> server,
      ObjectProvider<TraceContexts> contexts) {
    return new InboundMessageRouter(
        new InboundHandlers(
            new PublisherConnectedHandler(coordinator),
            new PublisherLostHandler(coordinator),
            new XtAnnouncedHandler(
                coordinator, observer, contexts.getIfAvailable(() -> TraceContexts.NONE)),
            new DecisionAnnouncedHandler(coordinator, observer),
            new UnroutedHandler(observer)),
        observer,
        connectionId -> server.stream().anyMatch(own -> own.connection(connectionId).isPresent()));
  }

  @Bean
  ConsensusMeters consensusMeters(
      MeterRegistry registry,
      SequencerProperties properties,
      XtProjection projection,
      TransportMetrics transportMetrics,
      NanoClock clock) {
    return new ConsensusMeters(
        registry,
        properties.chain(),
        properties.scp().voteDeadline(),
        projection,
        transportMetrics,
        clock);
  }

  @Bean
  StorageMeters storageMeters(MeterRegistry registry) {
    return new StorageMeters(registry);
  }

  @Bean
  @ConditionalOnAvailableEndpoint
  DoubtEndpoint doubtEndpoint(SequencerCoordinator coordinator) {
    return new DoubtEndpoint(coordinator);
  }

  @Bean
  OpenXtsEndpoint openXtsEndpoint(SequencerCoordinator coordinator) {
    return new OpenXtsEndpoint(coordinator);
  }

  @Bean
  XtAlarms xtAlarms(
      SequencerProperties properties, ApplicationEventPublisher events, MeterRegistry registry) {
    return new XtAlarms(properties.chain(), events, registry);
  }

  @Bean
  CoordinatorHealthIndicator coordinatorHealthIndicator(
      SequencerCoordinator coordinator, XtProjection projection, JournalAndArchive stored) {
    return new CoordinatorHealthIndicator(coordinator, projection, stored.journal());
  }

  @Bean
  StorageHealthIndicator storageHealthIndicator(JournalAndArchive stored) {
    return new StorageHealthIndicator(stored.journal());
  }

  @Bean
  ExecutionHealthIndicator executionHealthIndicator(ExecutionPort execution, RollupNode rollup) {
    return new ExecutionHealthIndicator(execution, rollup);
  }

  @Bean
  HttpAddressLog httpAddressLog(
      SequencerProperties properties, @Value("${server.address:}") String host) {
    return new HttpAddressLog(properties.chain(), host);
  }
}
