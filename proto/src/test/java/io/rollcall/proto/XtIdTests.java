package io.rollcall.proto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.XtID;
import java.util.Arrays;
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
  void theBytesAreThoseThatCameAndCannotBeChanged() {
    XtId id = XtId.parse(HEX);
    assertThat(id.hash()).isEqualTo(ByteString.fromHex(HEX));
    assertThat(new XtId(ByteString.fromHex(HEX))).isEqualTo(id).hasSameHashCodeAs(id);
    id.toByteArray()[0] = 0;
    assertThat(id).hasToString(HEX);
  }

  /** Each of the 32 bytes counts, and the first counts most. */
  @Test
  void idsDifferWhenAnyByteDoesAndAreOrderedByTheirBytes() {
    XtId id = XtId.parse(HEX);
    for (int at = 0; at < XtId.BYTES; at++) {
      for (int bit : new int[] {1, 0x80}) {
        byte[] bytes = id.toByteArray();
        bytes[at] ^= (byte) bit;
        XtId other = new XtId(ByteString.copyFrom(bytes));
        assertThat(other).isNotEqualTo(id);
        int expected = Arrays.compareUnsigned(bytes, id.toByteArray());
        assertThat(Integer.signum(other.compareTo(id))).isEqualTo(Integer.signum(expected));
        assertThat(Integer.signum(id.compareTo(other))).isEqualTo(-Integer.signum(expected));
      }
    }
    assertThat(id).isEqualByComparingTo(XtId.parse(HEX));
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
