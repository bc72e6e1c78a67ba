package io.rollcall.service.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.rollcall.proto.XtId;
import org.junit.jupiter.api.Test;

class ArrivalsTests {

  private final Arrivals arrivals = new Arrivals();

  @Test
  void givesEachContextOutOnce() {
    arrivals.put(xt(1), context(1));

    assertThat(arrivals.take(xt(1))).contains(context(1));
    assertThat(arrivals.take(xt(1))).isEmpty();
  }

  @Test
  void keepsTheFirstContextOfAnXt() {
    arrivals.put(xt(1), context(1));
    arrivals.put(xt(1), context(2));

    assertThat(arrivals.take(xt(1))).contains(context(1));
  }

  @Test
  void forgetsTheOldestAtItsBound() {
    for (int i = 1; i <= Arrivals.MOST + 1; i++) {
      arrivals.put(xt(i), context(i));
    }

    assertThat(arrivals.take(xt(1))).isEmpty();
    assertThat(arrivals.take(xt(2))).contains(context(2));
    assertThat(arrivals.take(xt(Arrivals.MOST + 1))).contains(context(Arrivals.MOST + 1));
  }

  private static XtId xt(int number) {
    return XtId.ofEncoded(ByteString.copyFromUtf8("content " + number));
  }

  private static TraceParent context(int number) {
    return new TraceParent("1".repeat(32), "%016x".formatted(number), true);
  }
}
