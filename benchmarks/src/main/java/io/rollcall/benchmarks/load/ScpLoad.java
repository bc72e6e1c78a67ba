package io.rollcall.benchmarks.load;

import com.google.protobuf.ByteString;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOption;
import io.rollcall.benchmarks.result.Metric;
import io.rollcall.proto.v1.Decided;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.TransactionRequest;
import io.rollcall.proto.v1.Vote;
import io.rollcall.proto.v1.XTRequest;
import io.rollcall.proto.v1.XtID;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Cross-chain transactions: one connection for each chain. XTs that name all chains are submitted
 * over the connections in turn, every chain votes yes on each, and an XT is done when its decision
 * has come on every connection; then the next one is submitted. Anything but a commit ends the run,
 * and at its end every XT must be decided.
 */
public final class ScpLoad {

  private static final int FIRST_CHAIN = 55_555;
  private static final int TRANSACTION_BYTES = 120;
  private static final String SENDER = "bench";

  /** A number that nothing else in the request looks like. */
  private static final long MARK = 0x7f6e5d4c3b2a1908L;

  private static final Duration DECIDED_LIMIT = Duration.ofSeconds(20);

  private final int inFlight;
  private final Latencies latencies = new Latencies();
  private final List<Chain> chains = new ArrayList<>();
  private final Map<ByteBuffer, Open> open = new HashMap<>();
  private final MessageDigest sha256;
  private final byte[] request;
  private final int requestStart;
  private final int[] counters;
  private final CompletableFuture<Void> decided = new CompletableFuture<>();
  private long submitted;
  private boolean stopped;

  /** An XT without all its decisions. */
  private static final class Open {
    private final long began;
    private int left;

    private Open(long began, int left) {
      this.began = began;
      this.left = left;
    }
  }

  private ScpLoad(int chainCount, int inFlight) {
    this.inFlight = inFlight;
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
    XTRequest.Builder xt = XTRequest.newBuilder();
    for (int i = 0; i < chainCount; i++) {
      ByteString id = ByteString.copyFrom(BigInteger.valueOf(FIRST_CHAIN + (long) i).toByteArray());
      id = id.byteAt(0) == 0 ? id.substring(1) : id;
      byte[] transaction = new byte[TRANSACTION_BYTES];
      // Marks where the number of the XT goes.
      ByteBuffer.wrap(transaction).putLong(MARK);
      xt.addTransactions(
          TransactionRequest.newBuilder()
              .setChainId(id)
              .addTransaction(ByteString.copyFrom(transaction)));
      chains.add(new Chain(vote(id)));
    }
    XTRequest built = xt.build();
    request = Frames.of(Message.newBuilder().setSenderId(SENDER).setXtRequest(built).build());
    requestStart = request.length - built.getSerializedSize();
    counters = marks(request, chainCount);
    // No two runs on one server may send the same XT.
    submitted = System.currentTimeMillis() << 20;
  }

  /**
   * Runs one load.
   *
   * @param inFlight XTs under way all the time, over all chains
   * @param stalled whether one more connection is there that never reads
   */
  public static Map<Metric, Double> run(
      Generator generator, int port, int chains, int inFlight, boolean stalled, Window time)
      throws InterruptedException {
    ScpLoad load = new ScpLoad(chains, inFlight);
    List<Peer> peers = new ArrayList<>(load.chains);
    if (stalled) {
      peers.add(new Stalled());
    }
    generator.connect(port, peers);
    generator.loop().execute(load::begin);
    Map<Metric, Double> figures = time.measure(generator, load.latencies);
    generator.call(() -> load.stopped = true);
    generator.await(load.decided, DECIDED_LIMIT);
    generator.disconnect();
    return figures;
  }

  private void begin() {
    for (int i = 0; i < inFlight; i++) {
      submit();
    }
    chains.forEach(chain -> chain.context().flush());
  }

  private void submit() {
    Chain by = chains.get((int) (submitted % chains.size()));
    ByteBuffer bytes = ByteBuffer.wrap(request);
    for (int counter : counters) {
      bytes.putLong(counter, submitted);
    }
    submitted++;
    sha256.update(request, requestStart, request.length - requestStart);
    open.put(ByteBuffer.wrap(sha256.digest()), new Open(System.nanoTime(), chains.size()));
    by.write(request);
    by.touched = true;
  }

  /** A frame of a vote whose last bytes but two are the id. */
  private static byte[] vote(ByteString chain) {
    return Frames.of(
        Message.newBuilder()
            .setSenderId(SENDER)
            .setVote(
                Vote.newBuilder()
                    .setSenderChainId(chain)
                    .setXtId(XtID.newBuilder().setHash(ByteString.copyFrom(new byte[32])))
                    .setVote(true))
            .build());
  }

  private static int[] marks(byte[] bytes, int count) {
    int[] found = new int[count];
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    int next = 0;
    for (int i = 0; i + Long.BYTES <= bytes.length; i++) {
      if (buffer.getLong(i) == MARK) {
        found[next++] = i;
      }
    }
    return found;
  }

  /** The connection of one chain. */
  private final class Chain extends Peer {

    /** Behind the id comes the vote itself, a tag and a one. */
    private static final int BEHIND_ID = 2;

    private static final int ID = 32;

    private final byte[] vote;
    private final byte[] id = new byte[ID];
    private final ByteBuffer key = ByteBuffer.wrap(id);
    private final Fields decision = new Fields();
    private final Fields hash = new Fields();
    private boolean touched;

    private Chain(byte[] vote) {
      this.vote = vote;
    }

    @Override
    void frame(ByteBuf bytes, int start, int length) {
      Fields payload = payload(bytes, start, length);
      if (payload == null) {
        return;
      }
      switch (payload.number()) {
        case Message.XT_REQUEST_FIELD_NUMBER -> vote(bytes, payload.start(), payload.length());
        case Message.DECIDED_FIELD_NUMBER -> decided(bytes, payload.start(), payload.length());
        default -> {}
      }
    }

    private void vote(ByteBuf bytes, int start, int length) {
      byte[] xt = new byte[length];
      bytes.getBytes(start, xt);
      byte[] hashed = sha256.digest(xt);
      System.arraycopy(hashed, 0, vote, vote.length - BEHIND_ID - ID, ID);
      write(vote);
    }

    private void decided(ByteBuf bytes, int start, int length) {
      decision.of(bytes, start, length);
      boolean commit = false;
      while (decision.next()) {
        if (decision.number() == Decided.XT_ID_FIELD_NUMBER) {
          hash.of(bytes, decision.start(), decision.length());
          if (hash.find(XtID.HASH_FIELD_NUMBER)) {
            bytes.getBytes(hash.start(), id);
          }
        } else if (decision.number() == Decided.DECISION_FIELD_NUMBER) {
          commit = decision.value() == 1;
        }
      }
      Open xt = open.get(key);
      if (xt == null) {
        // Of an earlier run: a new connection is told what it missed.
        return;
      }
      if (!commit) {
        throw new IllegalStateException("an XT was not committed");
      }
      if (--xt.left == 0) {
        open.remove(key);
        latencies.record(xt.began, System.nanoTime());
        if (!stopped) {
          submit();
        } else if (open.isEmpty()) {
          decided.complete(null);
        }
      }
    }

    /** What was submitted because of this read may have gone to another connection. */
    @Override
    void readDone() {
      for (Chain chain : chains) {
        if (chain.touched) {
          chain.touched = false;
          chain.context().flush();
        }
      }
    }
  }

  /** Takes a little and then nothing. */
  private static final class Stalled extends Peer {

    private static final int RECEIVE_BUFFER = 4096;

    @Override
    void configure(Bootstrap bootstrap) {
      bootstrap
          .option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER)
          .option(ChannelOption.AUTO_READ, false);
    }

    @Override
    void frame(ByteBuf bytes, int start, int length) {}

    /** As it should come to. */
    @Override
    void lost(String why) {}
  }
}
