package io.rollcall.system;

import io.rollcall.system.Trio.Member;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.regex.Pattern;

/**
 * What {@code bin/torture} runs: a publisher and two sequencers under load, one or two of which are
 * killed (SIGKILL) and started again, over and over, at random moments. At the end every XT must
 * have one outcome everywhere, the money must be where the outcomes say, and nobody may be in
 * doubt.
 */
public final class Torture {

  /** Users, each with one XT in flight. */
  private static final int USERS = 64;

  /** The fewest XTs in flight at a kill that this is worth its name with. */
  static final int LEAST_IN_FLIGHT = 32;

  private static final Duration SETTLE_LIMIT = Duration.ofMinutes(3);
  private static final Pattern OPEN_AT_PUBLISHER =
      Pattern.compile("Recovered from .* (\\d+) XTs that were open are aborted");
  private static final Pattern OPEN_AT_SEQUENCER =
      Pattern.compile("Recovered from .* (\\d+) XTs are open");

  /** What is done to the database between two kills, where there is one to torture. */
  interface Database {
    /** Perhaps kills it, and starts it again. */
    void torture(RandomGenerator random);
  }

  /**
   * What came of it.
   *
   * @param kills how many processes were killed
   * @param met how many of them had an XT open
   * @param leastInFlight the fewest XTs that users had in flight at a kill
   */
  record Result(int kills, int met, int leastInFlight, TortureLoad.Verdict verdict) {

    /** Everything that is wrong with it. */
    List<String> failures() {
      List<String> failures = new ArrayList<>(verdict.violations());
      if (verdict.committed() == 0) {
        failures.add("nothing was committed");
      }
      if (2 * met < kills) {
        failures.add("only " + met + " of " + kills + " kills met an open XT");
      }
      if (leastInFlight < LEAST_IN_FLIGHT) {
        failures.add("at one kill only " + leastInFlight + " XTs were in flight");
      }
      return failures;
    }
  }

  private final Trio trio;
  private final TortureLoad load;
  private final RandomGenerator.SplittableGenerator random;
  private final PrintStream out;
  private final Database database;

  private Torture(Trio trio, long seed, PrintStream out, Database database) {
    this.trio = trio;
    this.load = new TortureLoad(trio, USERS);
    this.random =
        RandomGeneratorFactory.<RandomGenerator.SplittableGenerator>of("L64X128MixRandom")
            .create(seed);
    this.out = out;
    this.database = database;
  }

  /**
   * Runs it.
   *
   * @param arguments the root of the repository, the number of kills, the seed
   */
  public static void main(String[] arguments) {
    Path repository = Path.of(arguments[0]);
    int kills = Integer.parseInt(arguments[1]);
    long seed = Long.parseLong(arguments[2]);
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Path folder = folder();
    Result result = run(repository, folder, kills, seed, out, Torture::inSqlite, untouched -> {});
    List<String> failures = result.failures();
    if (failures.isEmpty()) {
      out.println("No promise was broken.");
      Folders.remove(folder);
      System.exit(0);
    }
    failures.forEach(failure -> System.err.println("BROKEN: " + failure));
    System.err.println(
        failures.size() + " findings; state and logs are in " + folder + ", the seed was " + seed);
    System.exit(1);
  }

  static Path folder() {
    try {
      return Files.createTempDirectory("rollcall-torture-");
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Each of them in a file of its own. */
  static List<String> inSqlite(Member member) {
    String owner = member == Member.PUBLISHER ? "publisher" : "sequencer";
    return List.of("--" + owner + ".storage.url=jdbc:sqlite:data/" + member.word() + ".db");
  }

  /** Starts all, kills so often, lets all come to rest, and judges. */
  static Result run(
      Path repository,
      Path folder,
      int kills,
      long seed,
      PrintStream out,
      Function<Member, List<String>> storage,
      Database database) {
    out.println("Preparing (extracted jars, caches of their classes) ...");
    try (Trio trio = new Trio(repository, folder, storage, TortureLoad.genesis(USERS))) {
      return new Torture(trio, seed, out, database).run(kills, seed);
    }
  }

  private Result run(int kills, long seed) {
    for (Member member : Member.values()) {
      trio.start(member);
    }
    trio.awaitConnected(SETTLE_LIMIT);
    load.start(random.split());
    out.printf("%d kills, seed %d, %d users%n", kills, seed, USERS);
    int killed = 0;
    int met = 0;
    int leastInFlight = Integer.MAX_VALUE;
    while (killed < kills) {
      if (random.nextInt(4) > 0) {
        // Else it also meets those who are just coming back.
        trio.awaitConnected(SETTLE_LIMIT);
      }
      LockSupport.parkNanos(Duration.ofMillis(random.nextInt(300, 1_500)).toNanos());
      database.torture(random);
      Waiting.until(
          "enough XTs to be in flight", SETTLE_LIMIT, () -> load.inFlight() >= LEAST_IN_FLIGHT);
      List<Member> victims = victims(kills - killed);
      int inFlight = load.inFlight();
      victims.forEach(trio::kill);
      leastInFlight = Math.min(leastInFlight, inFlight);
      for (Member victim : victims) {
        trio.start(victim);
        int open = openAtKill(victim);
        killed++;
        met += open > 0 ? 1 : 0;
        out.printf(
            "kill %3d  %-9s  %2d XTs in flight, %2d open there%n",
            killed, victim.word(), inFlight, open);
      }
    }
    load.stop(SETTLE_LIMIT);
    trio.awaitConnected(SETTLE_LIMIT);
    TortureLoad.Verdict verdict = load.judge();
    out.printf(
        "%d XTs, %d committed; %d of %d kills met an open XT%n",
        verdict.sent(), verdict.committed(), met, killed);
    return new Result(killed, met, leastInFlight, verdict);
  }

  /** One, or now and then two at once. */
  private List<Member> victims(int atMost) {
    List<Member> members = List.of(Member.values());
    int first = random.nextInt(members.size());
    if (atMost > 1 && random.nextInt(5) == 0) {
      return List.of(members.get(first), members.get((first + 1) % members.size()));
    }
    return List.of(members.get(first));
  }

  /** What it said when it recovered. */
  private int openAtKill(Member member) {
    return Integer.parseInt(
        trio.service(member)
            .awaitInLog(member == Member.PUBLISHER ? OPEN_AT_PUBLISHER : OPEN_AT_SEQUENCER));
  }
}
