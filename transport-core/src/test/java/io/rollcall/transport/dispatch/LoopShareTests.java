package io.rollcall.transport.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LoopShareTests {

  private static final long HALF = LoopShare.WINDOW_NANOS / 2;

  /** Nanoseconds may be any number, and pass the largest one. */
  private final long start = Long.MAX_VALUE - HALF / 2;

  private final LoopShare share = new LoopShare(start);

  @Test
  void handlersHaveHalfOfAWindow() {
    share.took(HALF - 1);
    assertThat(share.isLeft(start + HALF)).isTrue();
    share.took(1);
    assertThat(share.isLeft(start + HALF)).isFalse();
    assertThat(share.isLeft(start + LoopShare.WINDOW_NANOS - 1)).isFalse();
  }

  @Test
  void theNextWindowBeginsAnewWhenItIsAskedFor() {
    share.took(10 * HALF);
    long later = start + 5 * LoopShare.WINDOW_NANOS;
    assertThat(share.isLeft(later)).isTrue();
    share.took(HALF);
    assertThat(share.isLeft(later + LoopShare.WINDOW_NANOS - 1)).isFalse();
    assertThat(share.isLeft(later + LoopShare.WINDOW_NANOS)).isTrue();
  }
}
