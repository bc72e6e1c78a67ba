package io.rollcall.service.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TraceParentTests {

  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String SPAN = "00f067aa0ba902b7";

  @ParameterizedTest
  @CsvSource({"00, false", "01, true", "02, false", "03, true", "ff, true"})
  void readsTheStandardsFormAndOfItsFlagsTheSampledOne(String flags, boolean sampled) {
    assertThat(TraceParent.parse(text("00-" + TRACE + "-" + SPAN + "-" + flags)))
        .contains(new TraceParent(TRACE, SPAN, sampled));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00-1",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-011",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-and more",
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "0x-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902bz-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-x1",
        "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7_01"
      })
  void isNothingWhateverElseItIs(String other) {
    assertThat(TraceParent.parse(text(other))).isEmpty();
  }

  @Test
  void isNothingWhereTheBytesAreNoText() {
    byte[] bytes = new byte[55];
    Arrays.fill(bytes, (byte) 0xff);
    assertThat(TraceParent.parse(ByteString.copyFrom(bytes))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void isWrittenAsItIsRead(boolean sampled) {
    TraceParent context = new TraceParent(TRACE, SPAN, sampled);
    assertThat(TraceParent.parse(context.encoded())).contains(context);
  }

  private static ByteString text(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
