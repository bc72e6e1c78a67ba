package io.rollcall.benchmarks.transport;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.rollcall.benchmarks.result.Metric;
import io.rollcall.benchmarks.session.Benchmark;
import io.rollcall.benchmarks.session.Session;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.ClientSettings;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.ConnectionListener;
import io.rollcall.transport.ConnectionSettings;
import io.rollcall.transport.HandshakePolicy;
import io.rollcall.transport.ListenAddress;
import io.rollcall.transport.ServerSettings;
import io.rollcall.transport.ThrottleSettings;
import io.rollcall.transport.TlsSettings;
import io.rollcall.transport.UnauthenticatedSettings;
import io.rollcall.transport.auth.EcdsaAuthManager;
import io.rollcall.transport.auth.KeyPair;
import io.rollcall.transport.auth.KeyPairs;
import io.rollcall.transport.auth.Signer;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.auth.TrustedKeys;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.netty.NettyTransportClient;
import io.rollcall.transport.netty.NettyTransportServer;
import io.rollcall.transport.session.ClientHandshake;
import io.rollcall.transport.session.ClientHandshakeSettings;
import io.rollcall.transport.session.ServerHandshake;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;

/**
 * What handshakes cost: connects and disconnects over loopback, for each kind of handshake in turn,
 * several rounds; and the bytes of one, counted by a relay. Server and clients share the machine,
 * so only what one kind costs beside another is worth reading.
 */
public final class HandshakeBenchmark implements Benchmark {

  private static final int PARALLEL = 8;
  private static final int ALONE = 400;
  private static final Duration WARM_UP = Duration.ofSeconds(3);

  /** One kind of handshake. */
  private enum Kind {
    NONE("no handshake", Optional.empty(), Security.PLAIN),
    V1("v1", Optional.of(HandshakePolicy.V1), Security.PLAIN),
    V2("v2", Optional.of(HandshakePolicy.V2), Security.PLAIN),
    V1_TLS("v1, TLS", Optional.of(HandshakePolicy.V1), Security.TLS),
    V2_TLS("v2, TLS", Optional.of(HandshakePolicy.V2), Security.TLS),
    V2_MUTUAL("v2, mutual TLS", Optional.of(HandshakePolicy.V2), Security.MUTUAL);

    private final String text;
    private final Optional<HandshakePolicy> policy;
    private final Security security;

    Kind(String text, Optional<HandshakePolicy> policy, Security security) {
      this.text = text;
      this.policy = policy;
      this.security = security;
    }
  }

  private enum Security {
    PLAIN,
    TLS,
    MUTUAL
  }

  private final SecureRandom random = new SecureRandom();
  private final KeyPair serverKey = KeyPairs.generate(random);
  private final List<KeyPair> clientKeys = new ArrayList<>();
  private final SSLContext serverTls;
  private final SSLContext clientTls;

  /** Makes keys and certificates for its runs. */
  public HandshakeBenchmark() {
    for (int i = 0; i < PARALLEL; i++) {
      clientKeys.add(KeyPairs.generate(random));
    }
    try {
      X509Bundle authority =
          certificate("authority").setIsCertificateAuthority(true).buildSelfSigned();
      serverTls = context(authority, "server");
      clientTls = context(authority, "client");
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }

  @Override
  public String name() {
    return "handshake";
  }

  @Override
  public String about() {
    return "clients that connect and disconnect, and the bytes of it: v1, v2, TLS, mutual TLS";
  }

  @Override
  public void run(Session session) throws Exception {
    for (Kind kind : Kind.values()) {
      measure(kind, WARM_UP);
    }
    for (int i = 0; i < session.repeats(); i++) {
      for (Kind kind : Kind.values()) {
        Round round = measure(kind, session.duration());
        Relay.Bytes bytes = bytes(kind);
        session.add(
            this,
            kind.text,
            Map.of(
                Metric.RATE,
                round.perSecond,
                Metric.P50,
                round.p50,
                Metric.P99,
                round.p99,
                Metric.ALONE,
                alone(kind, session.duration()),
                Metric.TO_SERVER,
                (double) bytes.toServer(),
                Metric.TO_CLIENT,
                (double) bytes.toClient()));
      }
    }
  }

  /** What came of one round. */
  private record Round(double perSecond, double p50, double p99) {

    static Round of(List<Long> nanos, Duration took) {
      long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
      return new Round(
          sorted.length / (took.toNanos() / 1e9),
          sorted[sorted.length / 2] / 1e3,
          sorted[(int) (sorted.length * 0.99)] / 1e3);
    }
  }

  private Round measure(Kind kind, Duration duration) throws Exception {
    try (NettyTransportServer server = server(kind);
        ExecutorService threads = Executors.newFixedThreadPool(PARALLEL)) {
      server.start();
      long start = System.nanoTime();
      long end = start + duration.toNanos();
      List<Callable<List<Long>>> tasks = new ArrayList<>();
      for (KeyPair key : clientKeys) {
        tasks.add(() -> connects(kind, key, address(server), end, Integer.MAX_VALUE));
      }
      List<Long> all = new ArrayList<>();
      for (Future<List<Long>> one : threads.invokeAll(tasks)) {
        all.addAll(result(one));
      }
      return Round.of(all, Duration.ofNanos(System.nanoTime() - start));
    }
  }

  /** How long one takes where nothing else runs. */
  private double alone(Kind kind, Duration most) throws Exception {
    try (NettyTransportServer server = server(kind)) {
      server.start();
      long end = System.nanoTime() + most.toNanos();
      List<Long> nanos = connects(kind, clientKeys.getFirst(), address(server), end, ALONE);
      return Round.of(nanos, most).p50;
    }
  }

  private Relay.Bytes bytes(Kind kind) throws Exception {
    try (NettyTransportServer server = server(kind)) {
      server.start();
      try (Relay relay = new Relay(server.address().getPort())) {
        NettyTransportClient client =
            client(kind, clientKeys.getFirst(), "localhost:" + relay.port());
        client.connect();
        Relay.Bytes bytes = relay.quiet();
        client.close();
        return bytes;
      }
    }
  }

  private List<Long> connects(Kind kind, KeyPair key, String address, long end, int most) {
    List<Long> nanos = new ArrayList<>();
    try (NettyTransportClient client = client(kind, key, address)) {
      while (System.nanoTime() < end && nanos.size() < most) {
        long start = System.nanoTime();
        client.connect();
        nanos.add(System.nanoTime() - start);
        client.disconnect();
      }
    }
    return nanos;
  }

  private static List<Long> result(Future<List<Long>> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException failed) {
      throw new IllegalStateException("a client failed", failed.getCause());
    }
  }

  private NettyTransportServer server(Kind kind) {
    TrustedKeys trusted = new TrustedKeys();
    for (int i = 0; i < clientKeys.size(); i++) {
      trusted.put(TrustedEntry.of("client-" + i, clientKeys.get(i).publicKey()));
    }
    AdmissionSettings admission =
        new AdmissionSettings(
            kind.policy.isPresent(),
            kind.policy.isPresent(),
            false,
            // The least, because so many hellos of one key are remembered for no longer than that.
            Duration.ofSeconds(1),
            AdmissionSettings.DEFAULT_MAX_OFFENCES,
            kind.policy.orElse(HandshakePolicy.AUTO),
            "");
    InstantSource clock = InstantSource.system();
    return new NettyTransportServer(
        new ServerSettings(
            new ListenAddress("127.0.0.1", 0),
            ServerSettings.DEFAULT_MAX_CONNECTIONS,
            ServerSettings.DEFAULT_HANDSHAKE_TIMEOUT,
            ServerSettings.DEFAULT_OUTBOUND_BUFFER_TOTAL,
            UnauthenticatedSettings.DEFAULT,
            ThrottleSettings.OFF,
            admission,
            tls(kind, serverTls),
            ConnectionSettings.server()),
        kind.policy.map(policy ->
            new ServerHandshake(
                EcdsaAuthManager.create(Signer.of(serverKey), trusted), admission, clock)),
        message -> {},
        NOBODY,
        event -> {},
        TransportMetrics.NOOP,
        clock);
  }

  private NettyTransportClient client(Kind kind, KeyPair key, String address) {
    InstantSource clock = InstantSource.system();
    return new NettyTransportClient(
        new ClientSettings(
            List.of(address),
            "benchmark",
            ClientSettings.DEFAULT_CONNECT_TIMEOUT,
            ClientSettings.DEFAULT_RECONNECT_DELAY,
            kind.policy.isPresent(),
            tls(kind, clientTls),
            ConnectionSettings.client()),
        id ->
            new ClientHandshake(
                EcdsaAuthManager.create(Signer.of(key), new TrustedKeys()),
                id,
                new ClientHandshakeSettings(
                    kind.policy.orElseThrow(),
                    "",
                    kind.policy.get() == HandshakePolicy.V2
                        ? Set.of(serverKey.publicKey())
                        : Set.of()),
                clock,
                random),
        message -> {},
        NOBODY,
        TransportMetrics.NOOP,
        clock);
  }

  private static String address(NettyTransportServer server) {
    return "localhost:" + server.address().getPort();
  }

  private static Optional<TlsSettings> tls(Kind kind, SSLContext context) {
    return switch (kind.security) {
      case PLAIN -> Optional.empty();
      case TLS -> Optional.of(new TlsSettings(() -> context, TlsSettings.ClientAuth.NONE));
      case MUTUAL -> Optional.of(new TlsSettings(() -> context, TlsSettings.ClientAuth.NEED));
    };
  }

  private static CertificateBuilder certificate(String name) {
    return new CertificateBuilder()
        .ecp256()
        .subject("CN=" + name)
        .notBefore(Instant.now().minus(Duration.ofHours(1)))
        .notAfter(Instant.now().plus(Duration.ofHours(1)));
  }

  private static SSLContext context(X509Bundle authority, String name) throws Exception {
    X509Bundle issued =
        certificate(name)
            .addSanDnsName("localhost")
            .addSanIpAddress("127.0.0.1")
            .buildIssuedBy(authority);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(
        issued.toKeyManagerFactory().getKeyManagers(),
        authority.toTrustManagerFactory().getTrustManagers(),
        null);
    return context;
  }

  private static final ConnectionListener NOBODY =
      new ConnectionListener() {
        @Override
        public void opened(ConnectionInfo connection) {}

        @Override
        public void closed(ConnectionInfo connection, CloseReason reason, String details) {}
      };
}
