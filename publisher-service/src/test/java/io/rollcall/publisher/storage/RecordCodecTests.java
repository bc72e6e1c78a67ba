package io.rollcall.publisher.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.rollcall.proto.storage.v1.PublisherBatch;
import io.rollcall.proto.storage.v1.PublisherRecord;
import io.rollcall.proto.storage.v1.XtDecided;
import io.rollcall.publisher.testing.Xts;
import io.rollcall.scp.ChainVote;
import io.rollcall.scp.LogRecord;
import io.rollcall.scp.XtOutcome;
import io.rollcall.service.storage.StorageException;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class RecordCodecTests {

  private static final LogRecord STARTED =
      new LogRecord.Started(Xts.xt("one"), "optimism", 1_000, 2_000);

  private static final LogRecord ABORTED =
      new LogRecord.Decided(
          7,
          Xts.xt("one").id(),
          XtOutcome.ABORTED,
          "chain 77777 voted no: no funds",
          "optimism",
          List.of(
              new ChainVote(Xts.A, ChainVote.Answer.YES, "", OptionalLong.of(500)),
              new ChainVote(Xts.B, ChainVote.Answer.NO, "no funds", OptionalLong.of(700))),
          1_000,
          OptionalLong.of(3_000),
          4_000);

  private static final LogRecord EXPIRED =
      new LogRecord.Decided(
          8,
          Xts.xt("two").id(),
          XtOutcome.EXPIRED,
          "chain 55555 is not connected",
          "c1",
          List.of(new ChainVote(Xts.A, ChainVote.Answer.NONE, "", OptionalLong.empty())),
          1_000,
          OptionalLong.empty(),
          5_000);

  /** What the first version has written: every later one reads it. */
  private static final String WRITTEN_BY_VERSION_1 =
      "0a2b0a290a170a090a02d90312036f6e650a0a0a03012fd112036f6e6512086f7074696d6973"
          + "6d18e80720d00f0a7c127a0807122008a1115342541f3821255a13fe01965ea4236fe3bfca04"
          + "1935b7d86c5991d5551802221e636861696e20373737373720766f746564206e6f3a206e6f20"
          + "66756e64732a086f7074696d69736d32090a02d903100120f40332140a03012fd110021a086e"
          + "6f2066756e647320bc0538e80740b81748a01f0a58125608081220367964355cedda39220100"
          + "20b65381cb2c62a12faa6fe5e873347140e3a28f111803221c636861696e2035353535352069"
          + "73206e6f7420636f6e6e65637465642a02633132060a02d903100338e807488827";

  @Test
  void whatIsReadIsWhatWasWritten() throws Exception {
    List<LogRecord> batch = List.of(STARTED, ABORTED, EXPIRED);

    assertThat(RecordCodec.decode(RecordCodec.encode(batch))).isEqualTo(batch);
  }

  @Test
  void theBytesOfTheFirstVersionAreReadForEver() throws Exception {
    List<LogRecord> batch = List.of(STARTED, ABORTED, EXPIRED);

    assertThat(HexFormat.of().formatHex(RecordCodec.encode(batch).toByteArray()))
        .isEqualTo(WRITTEN_BY_VERSION_1);
    assertThat(
            RecordCodec.decode(ByteString.copyFrom(HexFormat.of().parseHex(WRITTEN_BY_VERSION_1))))
        .isEqualTo(batch);
  }

  @Test
  void aRecordOfAnUnknownKindIsRefused() {
    ByteString later =
        PublisherBatch.newBuilder()
            .addRecords(PublisherRecord.getDefaultInstance())
            .build()
            .toByteString();

    assertThatThrownBy(() -> RecordCodec.decode(later))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("a newer version wrote it");
  }

  @Test
  void anUnknownOutcomeIsRefused() {
    ByteString later =
        PublisherBatch.newBuilder()
            .addRecords(
                PublisherRecord.newBuilder()
                    .setDecided(
                        XtDecided.newBuilder()
                            .setXtId(Xts.xt("one").id().hash())
                            .setOutcomeValue(99)))
            .build()
            .toByteString();

    assertThatThrownBy(() -> RecordCodec.decode(later))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("an outcome that this version does not know");
  }

  @Test
  void whatIsNoRecordIsRefused() {
    assertThatThrownBy(() -> RecordCodec.decode(ByteString.copyFromUtf8("\u0001\u0002nonsense")))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("is not a publisher's");
  }
}
