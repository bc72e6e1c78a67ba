package io.rollcall.proto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.rollcall.proto.v1.XtID;
import org.junit.jupiter.api.Test;

class XtIdTests {

  private static final String HEX =
      "f54713022f447b91f10aff0b89f9f27453803fafa0cfc56056e40d20d75ee01c";

  @Test
  void hexIsReadWithAndWithoutPrefixAndWrittenWithout() {
    assertThat(XtId.parse("0x" + HEX)).isEqualTo(XtId.parse(HEX));
    assertThat(XtId.parse(HEX)).hasToString(HEX);
  }

  @Test
  void theWireFormRoundTrips() {
    XtId id = XtId.parse(HEX);
    assertThat(XtId.of(id.toMessage())).isEqualTo(id);
  }

  @Test
  void anythingButThirtyTwoBytesIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> XtId.of(XtID.getDefaultInstance()))
        .withMessage("XT id has 0 bytes, expected 32");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> XtId.parse(HEX.substring(1)))
        .withMessageContaining("64 hex digits");
  }
}
