package io.rollcall.sequencer.config;

import io.rollcall.proto.ChainId;
import io.rollcall.sequencer.execution.ledger.Genesis;
import io.rollcall.service.storage.StorageSettings;
import io.rollcall.transport.autoconfigure.InvalidPropertyException;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationStyle;

/**
 * The properties {@code sequencer.*}. A wrong one stops start-up with its name, its value and what
 * was expected.
 *
 * @param chainId Number of the own chain, decimal or 0x and hex digits. Required.
 * @param scp How it votes.
 * @param execution What runs the own chain's transactions.
 * @param storage Where the journal is.
 * @param retention How long XTs that have ended are remembered.
 */
@ConfigurationProperties(prefix = "sequencer", ignoreUnknownFields = false)
public record SequencerProperties(
    @Nullable String chainId,
    @DefaultValue Scp scp,
    @DefaultValue Execution execution,
    @DefaultValue Storage storage,
    @DefaultValue Retention retention) {

  /** Checks the chain id. */
  public SequencerProperties {
    if (chainId == null || chainId.isBlank()) {
      throw InvalidPropertyException.of(
          "sequencer.chain-id",
          "",
          "the number of this sequencer's chain, for example 55555 or 0xd903; there is no default");
    }
    try {
      ChainId.parse(chainId);
    } catch (IllegalArgumentException wrong) {
      throw InvalidPropertyException.of(
          "sequencer.chain-id",
          chainId,
          "a positive decimal number below 2^256, or 0x and hex digits");
    }
  }

  /** The own chain. */
  public ChainId chain() {
    return ChainId.parse(String.valueOf(chainId));
  }

  private static void requirePositive(String property, Duration value) {
    if (!value.isPositive()) {
      throw InvalidPropertyException.of(
          property, DurationStyle.SIMPLE.print(value), "more than zero, such as 2s");
    }
  }

  /**
   * The properties {@code sequencer.scp.*}.
   *
   * @param voteDeadline How long reaching a vote may take after an XT's start; after it the vote is
   *     no.
   */
  public record Scp(@DefaultValue("2s") Duration voteDeadline) {

    /** Checks the limit. */
    public Scp {
      requirePositive("sequencer.scp.vote-deadline", voteDeadline);
    }
  }

  /**
   * The properties {@code sequencer.execution.*}.
   *
   * @param type What runs the transactions: ledger, which is embedded and kept in the storage.
   * @param url Not available in this version.
   * @param genesis First balances in wei, by address; decimal.
   */
  public record Execution(
      @DefaultValue("ledger") String type,
      @Nullable String url,
      @DefaultValue Map<String, String> genesis) {

    /** Checks all of them. */
    public Execution {
      genesis = Collections.unmodifiableMap(new LinkedHashMap<>(genesis));
      if (!type.equals("ledger")) {
        throw InvalidPropertyException.of(
            "sequencer.execution.type", type, "ledger; evm is not available in this version");
      }
      if (url != null) {
        throw InvalidPropertyException.of(
            "sequencer.execution.url",
            url,
            "nothing: this property is not available in this version");
      }
      genesis.forEach(Execution::check);
      try {
        Genesis.parse(genesis);
      } catch (IllegalArgumentException wrong) {
        throw InvalidPropertyException.of(
            "sequencer.execution.genesis",
            genesis,
            "each address once, and less than 2^256 wei together");
      }
    }

    private static void check(String address, String balance) {
      try {
        Genesis.parse(Map.of(address, balance));
      } catch (IllegalArgumentException wrong) {
        throw InvalidPropertyException.of(
            "sequencer.execution.genesis." + address,
            balance,
            "an address of 0x and 40 hex digits as name, and a decimal number of wei below 2^256"
                + " as value");
      }
    }
  }

  /**
   * The properties {@code sequencer.storage.*}.
   *
   * @param url Where the journal is: jdbc:sqlite: and a file, jdbc:postgresql://host/database, or
   *     memory, which forgets everything at a restart.
   * @param username User of PostgreSQL.
   * @param password Password of PostgreSQL.
   */
  public record Storage(
      @DefaultValue("jdbc:sqlite:data/sequencer.db") String url,
      @Nullable String username,
      @Nullable String password) {

    /** Checks the URL. */
    public Storage {
      url = url.strip();
      var _ = settings(url, username, password);
    }

    /** Where the journal is; empty when that is memory. */
    public Optional<StorageSettings> settings() {
      return settings(url, username, password);
    }

    private static Optional<StorageSettings> settings(
        String url, @Nullable String username, @Nullable String password) {
      try {
        return StorageSettings.of(url, username, password);
      } catch (IllegalArgumentException wrong) {
        throw InvalidPropertyException.of(
            "sequencer.storage.url", url, String.valueOf(wrong.getMessage()));
      }
    }

    /** Says nothing of the password. */
    @Override
    public String toString() {
      return url;
    }
  }

  /**
   * The properties {@code sequencer.retention.*}.
   *
   * @param age How long after their end the details of XTs are kept.
   * @param count Of how many XTs that have ended the details are kept.
   * @param outcomes How long id and outcome alone are kept: so long no vote on them can be another
   *     one. With storage in memory, count and age hold for them too.
   */
  public record Retention(
      @DefaultValue("7d") Duration age,
      @DefaultValue("1000000") int count,
      @DefaultValue("90d") Duration outcomes) {

    /** Checks the limits. */
    public Retention {
      requirePositive("sequencer.retention.age", age);
      requirePositive("sequencer.retention.outcomes", outcomes);
      if (count < 1) {
        throw InvalidPropertyException.of("sequencer.retention.count", count, "at least 1");
      }
    }
  }
}
