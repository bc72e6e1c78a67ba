package io.rollcall.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

/** One XT that both rollups accept, as every pair must carry it out. */
final class Commit {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  private Commit() {}

  /** Sends one, and sees it committed by all three and applied on both rollups. */
  static void assertOneCommits(ServiceProcess publisher, Exchange exchange) {
    Exchange.Balances before = exchange.balances();
    String id = exchange.alpha().submit(exchange.xt(30, 20));

    assertThat(Outcome.await(publisher.http(), id, LIMIT).state()).isEqualTo("committed");
    assertThat(Outcome.await(exchange.alpha().http(), id, LIMIT).state()).isEqualTo("committed");
    assertThat(Outcome.await(exchange.beta().http(), id, LIMIT).state()).isEqualTo("committed");
    assertThat(exchange.balances()).isEqualTo(before.after(30, 20));
  }
}
