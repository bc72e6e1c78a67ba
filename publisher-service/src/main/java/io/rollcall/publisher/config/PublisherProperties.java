package io.rollcall.publisher.config;

import io.rollcall.scp.PublisherRules;
import io.rollcall.service.storage.StorageSettings;
import io.rollcall.transport.autoconfigure.InvalidPropertyException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
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
   * @param url Where decisions are kept: jdbc:sqlite: and a file, jdbc:postgresql://host/database,
   *     or memory, with which a restart forgets every XT.
   * @param username User of PostgreSQL.
   * @param password Password of PostgreSQL.
   */
  public record Storage(
      @DefaultValue("jdbc:sqlite:data/publisher.db") String url,
      @Nullable String username,
      @Nullable String password) {

    /** Checks the URL. */
    public Storage {
      url = url.strip();
      var _ = settings(url, username, password);
    }

    /** Where decisions are kept; empty when that is memory. */
    public Optional<StorageSettings> settings() {
      return settings(url, username, password);
    }

    private static Optional<StorageSettings> settings(
        String url, @Nullable String username, @Nullable String password) {
      try {
        return StorageSettings.of(url, username, password);
      } catch (IllegalArgumentException wrong) {
        throw InvalidPropertyException.of(
            "publisher.storage.url", url, String.valueOf(wrong.getMessage()));
      }
    }

    /** Says nothing of the password. */
    @Override
    public String toString() {
      return url;
    }
  }

  /**
   * The properties {@code publisher.retention.*}.
   *
   * @param age How long the details of a decided XT are kept.
   * @param count Of how many decided XTs the details are kept, and with storage in memory the
   *     outcomes too.
   * @param outcomes How long id and outcome of a decided XT are kept: so long it cannot run again.
   *     With storage in memory, count alone bounds them.
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
