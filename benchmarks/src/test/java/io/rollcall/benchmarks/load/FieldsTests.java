package io.rollcall.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.rollcall.proto.v1.Decided;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.XtID;
import org.junit.jupiter.api.Test;

class FieldsTests {

  @Test
  void findsAFieldWithinAField() {
    ByteString hash = ByteString.copyFrom(new byte[] {1, 2, 3, 4});
    byte[] message =
        Message.newBuilder()
            .setSenderId("publisher")
            .setDecided(
                Decided.newBuilder().setXtId(XtID.newBuilder().setHash(hash)).setDecision(true))
            .build()
            .toByteArray();
    ByteBuf bytes = Unpooled.wrappedBuffer(new byte[3], message, new byte[] {8, 8});
    Fields fields = new Fields().of(bytes, 3, message.length);

    assertThat(fields.next()).isTrue();
    assertThat(fields.number()).isEqualTo(Message.SENDER_ID_FIELD_NUMBER);
    assertThat(fields.next()).isTrue();
    assertThat(fields.number()).isEqualTo(Message.DECIDED_FIELD_NUMBER);

    Fields decided = new Fields().of(bytes, fields.start(), fields.length());
    assertThat(decided.find(Decided.XT_ID_FIELD_NUMBER)).isTrue();
    Fields id = new Fields().of(bytes, decided.start(), decided.length());
    assertThat(decided.find(Decided.DECISION_FIELD_NUMBER)).isTrue();
    assertThat(decided.value()).isEqualTo(1);
    assertThat(decided.next()).isFalse();

    assertThat(id.find(XtID.HASH_FIELD_NUMBER)).isTrue();
    byte[] found = new byte[id.length()];
    bytes.getBytes(id.start(), found);
    assertThat(ByteString.copyFrom(found)).isEqualTo(hash);
    assertThat(fields.next()).isFalse();
  }
}
