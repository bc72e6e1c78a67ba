package io.rollcall.publisher.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RememberedTests {

  @Test
  void asManyAsConfiguredWhereTheyFit() {
    Remembered remembered = Remembered.of(1_000_000, 4L << 30);

    assertThat(remembered.count()).isEqualTo(1_000_000);
    assertThat(remembered.isFewerThanConfigured()).isFalse();
  }

  @Test
  void asManyAsFitIntoHalfOfASmallHeap() {
    Remembered remembered = Remembered.of(1_000_000, 256L << 20);

    assertThat((long) remembered.count() * Remembered.BYTES_EACH).isBetween(127L << 20, 128L << 20);
    assertThat(remembered.isFewerThanConfigured()).isTrue();
  }
}
