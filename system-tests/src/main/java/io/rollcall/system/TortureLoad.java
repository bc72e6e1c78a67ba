package io.rollcall.system;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.v1.TransactionRequest;
import io.rollcall.proto.v1.XTRequest;
import io.rollcall.system.Trio.Member;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.web3j.utils.Numeric;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Users who never stop: each has one XT in flight at any time, submits it until somebody takes it,
 * and waits until both rollups say how it ended. An XT moves money from one of its wallets to the
 * other on alpha, and as much back on beta.
 */
final class TortureLoad {

  static final long START = 1_000_000;

  private static final Duration POLL = Duration.ofMillis(100);

  /** What may be said where the database is tortured too. */
  private static final String DATABASE_IS_AWAY =
      ".* (PostgresRowLog: .* is away|Asking: .* it is asked again|Projector: .* tried again).*";

  private static final Set<String> OUTCOMES = Set.of("committed", "aborted", "expired");
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** An XT that was handed in, whatever became of it. */
  record Sent(int user, String id, long amount) {}

  private record User(Wallet payer, Wallet payee) {}

  private final Trio trio;
  private final List<User> users = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final ConcurrentLinkedQueue<Sent> sent = new ConcurrentLinkedQueue<>();

  /** By XT and member: what somebody was told once must never be another thing later. */
  private final Map<String, String> heard = new ConcurrentHashMap<>();

  private final ConcurrentLinkedQueue<String> violations = new ConcurrentLinkedQueue<>();
  private final AtomicInteger inFlight = new AtomicInteger();
  private volatile boolean stopping;

  TortureLoad(Trio trio, int count) {
    this.trio = trio;
    for (int i = 0; i < count; i++) {
      users.add(new User(new Wallet("payer " + i), new Wallet("payee " + i)));
    }
  }

  /** What each rollup has to begin with, for so many users. */
  static Map<Wallet, Long> genesis(int count) {
    Map<Wallet, Long> genesis = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      genesis.put(new Wallet("payer " + i), START);
      genesis.put(new Wallet("payee " + i), START);
    }
    return genesis;
  }

  void start(RandomGenerator.SplittableGenerator random) {
    for (int i = 0; i < users.size(); i++) {
      int user = i;
      RandomGenerator own = random.split();
      threads.add(Thread.ofVirtual().name("user-" + i).start(() -> use(user, own)));
    }
  }

  int inFlight() {
    return inFlight.get();
  }

  /** Lets everybody finish what is in flight. */
  void stop(Duration limit) {
    stopping = true;
    long deadline = System.nanoTime() + limit.toNanos();
    try {
      for (Thread thread : threads) {
        if (!thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())))) {
          violations.add(thread.getName() + " waits in vain for the end of its XT");
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  private void use(int user, RandomGenerator random) {
    User who = users.get(user);
    long amount = 0;
    while (!stopping) {
      amount = 1 + (amount + random.nextInt(500)) % 997;
      try {
        long onAlpha = nonce(Member.ALPHA, who.payer());
        long onBeta = nonce(Member.BETA, who.payee());
        run(user, amount, xt(who, amount, onAlpha, onBeta), random);
      } catch (IllegalStateException gaveUp) {
        violations.add("user " + user + ": " + gaveUp.getMessage());
        return;
      }
    }
  }

  private static CrossChainTransaction xt(User who, long amount, long onAlpha, long onBeta) {
    return CrossChainTransaction.of(
        XTRequest.newBuilder()
            .addTransactions(
                entry(
                    Pair.ALPHA_CHAIN,
                    who.payer().transfer(Pair.ALPHA_CHAIN, onAlpha, who.payee(), amount)))
            .addTransactions(
                entry(
                    Pair.BETA_CHAIN,
                    who.payee().transfer(Pair.BETA_CHAIN, onBeta, who.payer(), amount)))
            .build());
  }

  private static TransactionRequest entry(long chain, String transaction) {
    return TransactionRequest.newBuilder()
        .setChainId(ChainId.of(chain).bytes())
        .addTransaction(ByteString.copyFrom(Numeric.hexStringToByteArray(transaction)))
        .build();
  }

  private void run(int user, long amount, CrossChainTransaction xt, RandomGenerator random) {
    String id = xt.id().hex();
    sent.add(new Sent(user, id, amount));
    inFlight.incrementAndGet();
    try {
      while (true) {
        submit(xt, random);
        String onAlpha = await(Member.ALPHA, id);
        String onBeta = await(Member.BETA, id);
        if (!onAlpha.equals("refused") && !onBeta.equals("refused")) {
          return;
        }
        // Nothing is decided by a refusal: the same may come again.
        pause();
      }
    } finally {
      inFlight.decrementAndGet();
    }
  }

  /** At one of the two, until one of them has taken it. */
  private void submit(CrossChainTransaction xt, RandomGenerator random) {
    String body = body(xt);
    while (true) {
      Member where = random.nextBoolean() ? Member.ALPHA : Member.BETA;
      try {
        HttpResponse<String> answer = trio.http(where).post("/v1/xts", body);
        if (answer.statusCode() == 202) {
          String id = JSON.readTree(answer.body()).get("id").asString();
          if (!id.equals(xt.id().hex())) {
            throw new IllegalStateException(
                "the id of " + xt.id() + " is " + id + " at " + where.word());
          }
          return;
        }
      } catch (UncheckedIOException | NullPointerException | JacksonException away) {
        // Killed just now; somebody will be there.
      }
      pause();
    }
  }

  private static String body(CrossChainTransaction xt) {
    StringBuilder body = new StringBuilder("{\"transactions\":[");
    for (TransactionRequest entry : xt.request().getTransactionsList()) {
      body.append(body.charAt(body.length() - 1) == '[' ? "" : ",")
          .append("{\"chainId\":\"")
          .append(new ChainId(entry.getChainId()))
          .append("\",\"transactions\":[\"")
          .append(Numeric.toHexString(entry.getTransaction(0).toByteArray()))
          .append("\"]}");
    }
    return body.append("]}").toString();
  }

  /** Until this one says how it ended. Whoever never heard of it learns of it, or it is refused. */
  private String await(Member member, String id) {
    while (true) {
      String state = state(member, id);
      if (OUTCOMES.contains(state) || state.equals("refused")) {
        return state;
      }
      if (state.equals("unknown")) {
        Member other = member == Member.ALPHA ? Member.BETA : Member.ALPHA;
        switch (state(other, id)) {
          case "expired", "aborted", "refused" -> {
            // It never came so far: it ended before it was announced.
            return state;
          }
          case "unknown" -> {
            // It was refused by the publisher, and whoever knew that was killed since.
            return "refused";
          }
          default -> {
            // It still may come.
          }
        }
      }
      pause();
    }
  }

  /**
   * One word: its state there; {@code unknown} when it is not known, {@code away} when nobody is.
   */
  String state(Member member, String id) {
    try {
      JsonNode xt = trio.http(member).json("/v1/xts/" + id);
      String state = xt.path("state").asString("unknown");
      if (OUTCOMES.contains(state)) {
        String end = state.equals("committed") ? "committed" : "aborted";
        String before = heard.putIfAbsent(id + " at " + member.word(), end);
        if (before != null && !before.equals(end)) {
          violations.add("XT " + id + " at " + member.word() + ": " + before + ", then " + end);
        }
      }
      return state;
    } catch (UncheckedIOException | JacksonException | NullPointerException away) {
      return "away";
    }
  }

  private long nonce(Member member, Wallet wallet) {
    while (true) {
      try {
        return trio.rollup(member).nonce(wallet);
      } catch (UncheckedIOException | JacksonException | NullPointerException away) {
        pause();
      }
    }
  }

  private static void pause() {
    LockSupport.parkNanos(POLL.toNanos());
  }

  // ---- the judgement, when all is quiet

  /** What became of it. */
  record Verdict(int sent, int committed, List<String> violations) {}

  /** Everybody must say the same of every XT, and the money must be where that says. */
  Verdict judge() {
    Map<Integer, Long> moved = new LinkedHashMap<>();
    int committed = 0;
    for (Sent xt : sent) {
      String ends = null;
      for (Member member : Member.values()) {
        String state = state(member, xt.id());
        boolean commit = state.equals("committed");
        if (commit && ends == null) {
          ends = "committed";
          committed++;
          moved.merge(xt.user(), xt.amount(), Long::sum);
        }
        if (ends != null && !commit) {
          violations.add("XT " + xt.id() + " is committed, and " + state + " at " + member.word());
        } else if (commit && member != Member.PUBLISHER && !isCommittedAtPublisher(xt.id())) {
          violations.add(
              "XT " + xt.id() + " is committed at " + member.word() + ", not at the publisher");
        }
        if (!OUTCOMES.contains(state) && !state.equals("unknown") && !state.equals("refused")) {
          violations.add("XT " + xt.id() + " is still " + state + " at " + member.word());
        }
      }
    }
    for (int i = 0; i < users.size(); i++) {
      judgeMoney(i, moved.getOrDefault(i, 0L));
    }
    for (Member member : List.of(Member.ALPHA, Member.BETA)) {
      JsonNode details =
          trio.http(member).json("/actuator/health/liveness").at("/components/coordinator/details");
      if (details.path("inDoubtCount").asInt(-1) != 0 || details.path("openXts").asInt(-1) != 0) {
        violations.add(member.word() + " is not at rest: " + details);
      }
    }
    for (String log : trio.logs()) {
      log.lines()
          .filter(line -> line.contains(" ERROR ") && !line.matches(DATABASE_IS_AWAY))
          .forEach(violations::add);
    }
    return new Verdict(sent.size(), committed, List.copyOf(violations));
  }

  private boolean isCommittedAtPublisher(String id) {
    return state(Member.PUBLISHER, id).equals("committed");
  }

  private void judgeMoney(int user, long moved) {
    User who = users.get(user);
    check(user, Member.ALPHA, who.payer(), START - moved);
    check(user, Member.ALPHA, who.payee(), START + moved);
    check(user, Member.BETA, who.payer(), START + moved);
    check(user, Member.BETA, who.payee(), START - moved);
  }

  private void check(int user, Member member, Wallet wallet, long expected) {
    BigInteger balance = trio.rollup(member).balance(wallet);
    if (!balance.equals(BigInteger.valueOf(expected))) {
      violations.add(
          "%s of user %d has %s on %s, and the committed XTs say %d"
              .formatted(wallet.name(), user, balance, member.word(), expected));
    }
  }
}
