package io.rollcall.publisher.config;

import io.rollcall.scp.PublisherRules;
import io.rollcall.transport.autoconfigure.InvalidPropertyException;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The properties {@code publisher.*}. Durations want a unit ({@code 3s}), sizes without one are
 * bytes. A name that is not listed here stops start-up, like a wrong value.
 *
 * @param scp How XTs are queued, started and decided.
 * @param storage Where decisions are kept.
 * @param retention How long finished XTs can be asked for.
 */
@ConfigurationProperties(prefix = "publisher", ignoreUnknownFields = false)
public record PublisherProperties(
    @DefaultValue Scp scp, @DefaultValue Storage storage, @DefaultValue Retention retention) {

  /**
   * The properties {@code publisher.scp.*}.
   *
   * @param timeout How long after the start of an XT all votes must be in; else it is aborted.
   * @param maxInFlightPerChain XTs that may be started and undecided on one chain at a time. More
   *     than 1 only for sequencers that isolate XTs themselves.
   * @param queueCapacity XTs that may wait; more are refused.
   * @param queueBytes Bytes that undecided XTs may have together; more are refused.
   * @param queueExpiry An XT that has waited this long is aborted.
   */
  public record Scp(
      @DefaultValue("3s") Duration timeout,
      @DefaultValue("1") int maxInFlightPerChain,
      @DefaultValue("10000") int queueCapacity,
      @DefaultValue("256MB") DataSize queueBytes,
      @DefaultValue("30s") Duration queueExpiry) {

    /** Checks the values. */
    public Scp {
      positive("publisher.scp.timeout", timeout);
      positive("publisher.scp.max-in-flight-per-chain", maxInFlightPerChain);
      positive("publisher.scp.queue-capacity", queueCapacity);
      if (queueBytes.toBytes() <= 0) {
        throw InvalidPropertyException.of(
            "publisher.scp.queue-bytes", queueBytes, "a size above 0, for example 256MB");
      }
      positive("publisher.scp.queue-expiry", queueExpiry);
    }
  }

  /**
   * The properties {@code publisher.storage.*}.
   *
   * @param url Only memory is available in this version: a restart forgets every XT.
   */
  public record Storage(@DefaultValue("memory") String url) {

    /** The only storage of this version. */
    static final String MEMORY = "memory";

    /** Checks the value. */
    public Storage {
      url = url.strip();
      if (!url.equals(MEMORY)) {
        throw InvalidPropertyException.of(
            "publisher.storage.url", url, "memory: nothing else is available in this version");
      }
    }
  }

  /**
   * The properties {@code publisher.retention.*}.
   *
   * @param age How long the details of a finished XT are kept.
   * @param count Of how many finished XTs the details are kept, and with storage in memory the
   *     outcomes too.
   * @param outcomes How long id and outcome of a finished XT are kept. With storage in memory,
   *     count alone bounds them.
   */
  public record Retention(
      @DefaultValue("7d") Duration age,
      @DefaultValue("1000000") int count,
      @DefaultValue("90d") Duration outcomes) {

    /** Checks the values. */
    public Retention {
      positive("publisher.retention.age", age);
      positive("publisher.retention.count", count);
      positive("publisher.retention.outcomes", outcomes);
    }
  }

  private static void positive(String property, int value) {
    if (value <= 0) {
      throw InvalidPropertyException.of(property, value, "a whole number above 0");
    }
  }

  private static void positive(String property, Duration value) {
    if (value.isNegative() || value.isZero() || value.compareTo(PublisherRules.LONGEST) > 0) {
      throw InvalidPropertyException.of(
          property, value, "a duration above 0 and at most 365d, for example 30s");
    }
  }
}
