package io.rollcall.transport.netty;

import io.rollcall.transport.CloseReason;
import io.rollcall.transport.TlsSettings;
import io.rollcall.transport.metrics.TransportMetrics.Operation;
import io.rollcall.transport.session.HandshakeCrypto;
import io.rollcall.transport.session.HandshakeResult;
import io.rollcall.transport.session.ServerHandshake;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of an accepted socket, until it is established: within the time limit of the handshake, in
 * the place of those whose hello has not arrived, and with its arithmetic beside that of hellos.
 *
 * <p>Who is refused meanwhile cannot be told why, and is closed without a word. One whose address
 * is throttled gets no TLS at all: it is closed after the time that others are told in.
 */
final class ServerTls implements Executor {

  private static final Logger log = LoggerFactory.getLogger(ServerTls.class);

  private final ServerAdmission.Candidate candidate;
  private final Link link;
  private final Duration limit;
  private final HandshakeCrypto crypto;
  private final Runnable established;
  private Runnable cancelTimeLimit = () -> {};
  private @Nullable CompletableFuture<Optional<HandshakeResult.Rejected>> arithmetic;

  private ServerTls(
      ServerAdmission.Candidate candidate,
      Duration limit,
      HandshakeCrypto crypto,
      Runnable established) {
    this.candidate = candidate;
    this.link = candidate.link();
    this.limit = limit;
    this.crypto = crypto;
    this.established = established;
  }

  /** Begins, if the candidate may try at all; on its event loop. */
  static void begin(
      ServerAdmission.Candidate candidate,
      TlsSettings settings,
      Duration limit,
      HandshakeCrypto crypto,
      FrameDecoder frames,
      Runnable established) {
    candidate.link().keepSilent();
    if (candidate.mayTry()) {
      new ServerTls(candidate, limit, crypto, established).begin(settings);
    } else {
      frames.ignore();
    }
  }

  private void begin(TlsSettings settings) {
    SSLEngine engine;
    try {
      engine = Tls.serverEngine(settings);
    } catch (RuntimeException fault) {
      log.error("{} TLS could not begin", link.id(), fault);
      link.fail(CloseReason.INTERNAL_ERROR, "internal error", Operation.HANDSHAKE);
      return;
    }
    cancelTimeLimit = link.schedule(this::timeUp, candidate.nanosLeft(limit));
    link.whenClosed(this::closed);
    candidate.awaitHello();
    TlsLayer.begin(link, TlsPeer.CLIENT, engine, this, this::established);
  }

  private void timeUp() {
    if (link.silent() && !link.ended()) {
      candidate.refuseNow(
          ServerHandshake.unreadable("TLS was not established within " + limit.toMillis() + " ms"));
    }
  }

  private void established() {
    cancelTimeLimit.run();
    established.run();
  }

  /** One step of the TLS handshake that takes long; the next comes when this one is done. */
  @Override
  public void execute(Runnable step) {
    CompletableFuture<Optional<HandshakeResult.Rejected>> running =
        crypto.run(
            candidate.from(),
            () -> {
              step.run();
              return CompletableFuture.completedStage(Optional.empty());
            },
            Optional::of);
    arithmetic = running;
    var _ =
        running.thenAccept(refusal ->
            refusal.ifPresent(why ->
                link.execute(() -> {
                  if (!link.ended()) {
                    candidate.refuse(why, Operation.ACCEPT);
                  }
                })));
  }

  private void closed() {
    cancelTimeLimit.run();
    CompletableFuture<Optional<HandshakeResult.Rejected>> running = arithmetic;
    if (running != null) {
      running.cancel(false); // Spares the step, if it has not begun.
    }
  }
}
