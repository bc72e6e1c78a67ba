package io.rollcall.sequencer.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.storage.v1.SequencerBatch;
import io.rollcall.proto.storage.v1.SequencerEntry;
import io.rollcall.scp.ChainVote;
import io.rollcall.scp.SequencerOutcome;
import io.rollcall.scp.SequencerRecord;
import io.rollcall.sequencer.coordination.JournalEntry;
import io.rollcall.sequencer.testing.Xts;
import io.rollcall.service.storage.StorageException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class EntryCodecTests {

  private static final CrossChainTransaction XT =
      Xts.xt(Xts.entry(55_555, ByteString.copyFromUtf8("one")));

  private static final List<JournalEntry> ENTRIES =
      List.of(
          new JournalEntry.Machine(new SequencerRecord.Submitted(XT, 1_000)),
          new JournalEntry.Machine(new SequencerRecord.Voted(XT, true, "", 2_000, 3_000)),
          new JournalEntry.Machine(new SequencerRecord.Voted(XT, false, "no funds", 2_000, 3_000)),
          new JournalEntry.Machine(
              new SequencerRecord.Decided(
                  7,
                  new SequencerOutcome(
                      XT.id(),
                      true,
                      true,
                      "",
                      Optional.of("ann"),
                      OptionalLong.of(1_000),
                      OptionalLong.of(2_000),
                      OptionalLong.of(3_000),
                      4_000),
                  XT.chains(),
                  Optional.of(
                      new ChainVote(
                          ChainId.of(55_555), ChainVote.Answer.YES, "", OptionalLong.of(500))))),
          new JournalEntry.Machine(
              new SequencerRecord.Decided(
                  8,
                  new SequencerOutcome(
                      XT.id(),
                      false,
                      false,
                      "chain 7 voted no",
                      Optional.empty(),
                      OptionalLong.empty(),
                      OptionalLong.empty(),
                      OptionalLong.empty(),
                      5_000),
                  XT.chains(),
                  Optional.empty())),
          new JournalEntry.Machine(
              new SequencerRecord.SubmissionRefused(XT.id(), "the queue is full", 6_000)),
          new JournalEntry.Plain(ByteString.copyFromUtf8("raw")));

  /** What the first version has written: every later one reads it. */
  private static final String WRITTEN_BY_VERSION_1 =
      "0a120a100a0b0a090a02d90312036f6e6510e8070a1712150a0b0a090a02d90312036f6e6510"
          + "0120d00f28b8170a1f121d0a0b0a090a02d90312036f6e651a086e6f2066756e647320d00f28"
          + "b8170a4a1a4808071220583f6161650e415dc37bccd0cc1a7028d32d675e50b47f69a8d64cde"
          + "b0644d0e180120013203616e6e38e80740d00f48b81750a01f5a02d90362090a02d903100120"
          + "f4030a3f1a3d08081220583f6161650e415dc37bccd0cc1a7028d32d675e50b47f69a8d64cde"
          + "b0644d0e2a10636861696e203720766f746564206e6f5088275a02d9030a3a22380a20583f61"
          + "61650e415dc37bccd0cc1a7028d32d675e50b47f69a8d64cdeb0644d0e121174686520717565"
          + "75652069732066756c6c18f02e0a072a050a03726177";

  @Test
  void whatIsReadIsWhatWasWritten() throws Exception {
    assertThat(EntryCodec.decode(EntryCodec.encode(ENTRIES))).isEqualTo(ENTRIES);
  }

  @Test
  void theBytesOfTheFirstVersionAreReadForEver() throws Exception {
    assertThat(HexFormat.of().formatHex(EntryCodec.encode(ENTRIES).toByteArray()))
        .isEqualTo(WRITTEN_BY_VERSION_1);
    assertThat(
            EntryCodec.decode(ByteString.copyFrom(HexFormat.of().parseHex(WRITTEN_BY_VERSION_1))))
        .isEqualTo(ENTRIES);
  }

  @Test
  void anEntryOfAnUnknownKindIsRefused() {
    ByteString later =
        SequencerBatch.newBuilder()
            .addEntries(SequencerEntry.getDefaultInstance())
            .build()
            .toByteString();

    assertThatThrownBy(() -> EntryCodec.decode(later))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("a newer version wrote it");
  }

  @Test
  void whatIsNoEntryIsRefused() {
    assertThatThrownBy(() -> EntryCodec.decode(ByteString.copyFromUtf8("\u0001\u0002nonsense")))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("is not a sequencer's");
  }
}
