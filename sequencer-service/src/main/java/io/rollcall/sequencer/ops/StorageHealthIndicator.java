package io.rollcall.sequencer.ops;

import io.rollcall.sequencer.coordination.Journal;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/** Up while the journal can be written: part of readiness. Says what it is. */
public final class StorageHealthIndicator extends AbstractHealthIndicator {

  private final Journal journal;

  /** Watches this journal. */
  public StorageHealthIndicator(Journal journal) {
    super("The journal could not be asked");
    this.journal = journal;
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) {
    builder
        .status(journal.isWritable() ? "UP" : "DOWN")
        .withDetail("storage", journal.description())
        .withDetail("durable", journal.isDurable());
    journal.fault().ifPresent(why -> builder.withDetail("fault", why));
  }
}
