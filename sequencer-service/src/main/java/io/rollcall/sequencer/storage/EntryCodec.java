package io.rollcall.sequencer.storage;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.proto.storage.v1.PlainTransaction;
import io.rollcall.proto.storage.v1.SequencerBatch;
import io.rollcall.proto.storage.v1.SequencerEntry;
import io.rollcall.proto.storage.v1.StoredChainVote;
import io.rollcall.proto.storage.v1.SubmissionRefused;
import io.rollcall.proto.storage.v1.XtEnded;
import io.rollcall.proto.storage.v1.XtSubmitted;
import io.rollcall.proto.storage.v1.XtVoted;
import io.rollcall.scp.ChainVote;
import io.rollcall.scp.SequencerOutcome;
import io.rollcall.scp.SequencerRecord;
import io.rollcall.sequencer.coordination.JournalEntry;
import io.rollcall.service.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Entries as the bytes of {@code sequencer_journal.proto}, and back. Stateless. */
final class EntryCodec {

  private EntryCodec() {}

  static ByteString encode(List<JournalEntry> batch) {
    SequencerBatch.Builder encoded = SequencerBatch.newBuilder();
    batch.forEach(entry -> encoded.addEntries(encode(entry)));
    return encoded.build().toByteString();
  }

  static SequencerEntry encode(JournalEntry entry) {
    SequencerEntry.Builder encoded = SequencerEntry.newBuilder();
    switch (entry) {
      case JournalEntry.Plain(ByteString raw) ->
          encoded.setPlain(PlainTransaction.newBuilder().setRaw(raw));
      case JournalEntry.Machine(SequencerRecord record) -> encode(record, encoded);
    }
    return encoded.build();
  }

  private static void encode(SequencerRecord record, SequencerEntry.Builder into) {
    switch (record) {
      case SequencerRecord.Submitted(CrossChainTransaction xt, long atNanos) ->
          into.setSubmitted(
              XtSubmitted.newBuilder().setXtRequest(xt.encoded()).setAtNanos(atNanos));
      case SequencerRecord.Voted voted ->
          into.setVoted(
              XtVoted.newBuilder()
                  .setXtRequest(voted.xt().encoded())
                  .setYes(voted.yes())
                  .setReason(voted.reason())
                  .setStartedNanos(voted.startedNanos())
                  .setAtNanos(voted.atNanos()));
      case SequencerRecord.Decided decided -> into.setEnded(encode(decided));
      case SequencerRecord.SubmissionRefused(XtId id, String reason, long atNanos) ->
          into.setRefused(
              SubmissionRefused.newBuilder()
                  .setXtId(id.hash())
                  .setReason(reason)
                  .setAtNanos(atNanos));
    }
  }

  static XtEnded encode(SequencerRecord.Decided decided) {
    SequencerOutcome outcome = decided.outcome();
    XtEnded.Builder encoded =
        XtEnded.newBuilder()
            .setNumber(decided.number())
            .setXtId(outcome.id().hash())
            .setCommitted(outcome.committed())
            .setApplied(outcome.applied())
            .setReason(outcome.reason())
            .setDecidedNanos(outcome.decidedAt());
    outcome.operator().ifPresent(encoded::setOperator);
    outcome.submittedAt().ifPresent(encoded::setSubmittedNanos);
    outcome.startedAt().ifPresent(encoded::setStartedNanos);
    outcome.votedAt().ifPresent(encoded::setVotedNanos);
    decided.chains().forEach(chain -> encoded.addChainIds(chain.bytes()));
    decided.ownVote().ifPresent(vote -> encoded.setOwnVote(encode(vote)));
    return encoded.build();
  }

  /** What is left of it in the end. */
  static XtEnded withoutDetails(XtEnded ended) {
    return ended.toBuilder().clearChainIds().clearOwnVote().build();
  }

  private static StoredChainVote encode(ChainVote vote) {
    StoredChainVote.Builder encoded =
        StoredChainVote.newBuilder()
            .setChainId(vote.chain().bytes())
            .setAnswer(
                switch (vote.answer()) {
                  case YES -> StoredChainVote.Answer.ANSWER_YES;
                  case NO -> StoredChainVote.Answer.ANSWER_NO;
                  case NONE -> StoredChainVote.Answer.ANSWER_NONE;
                })
            .setReason(vote.reason());
    vote.latencyNanos().ifPresent(encoded::setLatencyNanos);
    return encoded.build();
  }

  /**
   * Reads what {@link #encode(List)} wrote.
   *
   * @throws StorageException when it is anything else, or has what this version does not know
   */
  static List<JournalEntry> decode(ByteString batch) throws StorageException {
    try {
      SequencerBatch encoded = SequencerBatch.parseFrom(batch);
      List<JournalEntry> entries = new ArrayList<>(encoded.getEntriesCount());
      for (SequencerEntry entry : encoded.getEntriesList()) {
        entries.add(decode(entry));
      }
      return entries;
    } catch (InvalidProtocolBufferException malformed) {
      throw notASequencers(malformed);
    }
  }

  static JournalEntry decodeEntry(ByteString entry) throws StorageException {
    try {
      return decode(SequencerEntry.parseFrom(entry));
    } catch (InvalidProtocolBufferException malformed) {
      throw notASequencers(malformed);
    }
  }

  private static StorageException notASequencers(Exception malformed) {
    return new StorageException("the journal holds an entry that is not a sequencer's", malformed);
  }

  private static JournalEntry decode(SequencerEntry entry) throws StorageException {
    try {
      return switch (entry.getEntryCase()) {
        case SUBMITTED ->
            new JournalEntry.Machine(
                new SequencerRecord.Submitted(
                    CrossChainTransaction.parse(entry.getSubmitted().getXtRequest()),
                    entry.getSubmitted().getAtNanos()));
        case VOTED ->
            new JournalEntry.Machine(
                new SequencerRecord.Voted(
                    CrossChainTransaction.parse(entry.getVoted().getXtRequest()),
                    entry.getVoted().getYes(),
                    entry.getVoted().getReason(),
                    entry.getVoted().getStartedNanos(),
                    entry.getVoted().getAtNanos()));
        case ENDED -> new JournalEntry.Machine(decode(entry.getEnded()));
        case REFUSED ->
            new JournalEntry.Machine(
                new SequencerRecord.SubmissionRefused(
                    new XtId(entry.getRefused().getXtId()),
                    entry.getRefused().getReason(),
                    entry.getRefused().getAtNanos()));
        case PLAIN -> new JournalEntry.Plain(entry.getPlain().getRaw());
        case ENTRY_NOT_SET ->
            throw new StorageException(
                "the journal holds an entry of a kind that this version does not know; a newer"
                    + " version wrote it");
      };
    } catch (IllegalArgumentException malformed) {
      throw notASequencers(malformed);
    }
  }

  static SequencerRecord.Decided decode(XtEnded ended) throws StorageException {
    return new SequencerRecord.Decided(
        ended.getNumber(),
        outcome(ended),
        ended.getChainIdsList().stream().map(ChainId::new).toList(),
        ended.hasOwnVote() ? Optional.of(decode(ended.getOwnVote())) : Optional.empty());
  }

  static SequencerOutcome outcome(XtEnded ended) {
    return new SequencerOutcome(
        new XtId(ended.getXtId()),
        ended.getCommitted(),
        ended.getApplied(),
        ended.getReason(),
        ended.hasOperator() ? Optional.of(ended.getOperator()) : Optional.empty(),
        time(ended.hasSubmittedNanos(), ended.getSubmittedNanos()),
        time(ended.hasStartedNanos(), ended.getStartedNanos()),
        time(ended.hasVotedNanos(), ended.getVotedNanos()),
        ended.getDecidedNanos());
  }

  private static OptionalLong time(boolean known, long nanos) {
    return known ? OptionalLong.of(nanos) : OptionalLong.empty();
  }

  private static ChainVote decode(StoredChainVote vote) throws StorageException {
    return new ChainVote(
        new ChainId(vote.getChainId()),
        switch (vote.getAnswer()) {
          case ANSWER_YES -> ChainVote.Answer.YES;
          case ANSWER_NO -> ChainVote.Answer.NO;
          case ANSWER_NONE -> ChainVote.Answer.NONE;
          case ANSWER_UNSPECIFIED, UNRECOGNIZED ->
              throw new StorageException(
                  "the journal holds an answer that this version does not know; a newer version"
                      + " wrote it");
        },
        vote.getReason(),
        vote.hasLatencyNanos() ? OptionalLong.of(vote.getLatencyNanos()) : OptionalLong.empty());
  }
}
