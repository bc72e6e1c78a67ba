package io.rollcall.publisher.storage;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.InvalidXtException;
import io.rollcall.proto.XtId;
import io.rollcall.proto.storage.v1.Outcome;
import io.rollcall.proto.storage.v1.PublisherBatch;
import io.rollcall.proto.storage.v1.PublisherRecord;
import io.rollcall.proto.storage.v1.StoredChainVote;
import io.rollcall.proto.storage.v1.XtDecided;
import io.rollcall.proto.storage.v1.XtStarted;
import io.rollcall.scp.ChainVote;
import io.rollcall.scp.LogRecord;
import io.rollcall.scp.XtOutcome;
import io.rollcall.service.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Records as the bytes of {@code publisher_log.proto}, and back. Stateless. */
final class RecordCodec {

  private RecordCodec() {}

  static ByteString encode(List<LogRecord> batch) {
    PublisherBatch.Builder encoded = PublisherBatch.newBuilder();
    for (LogRecord entry : batch) {
      encoded.addRecords(
          switch (entry) {
            case LogRecord.Started started ->
                PublisherRecord.newBuilder().setStarted(encode(started));
            case LogRecord.Decided decided ->
                PublisherRecord.newBuilder().setDecided(encode(decided));
          });
    }
    return encoded.build().toByteString();
  }

  private static XtStarted encode(LogRecord.Started started) {
    return XtStarted.newBuilder()
        .setXtRequest(started.xt().encoded())
        .setSubmitter(started.submitter())
        .setQueuedNanos(started.queuedNanos())
        .setStartedNanos(started.startedNanos())
        .build();
  }

  static XtDecided encode(LogRecord.Decided decided) {
    XtDecided.Builder encoded =
        XtDecided.newBuilder()
            .setNumber(decided.number())
            .setXtId(decided.id().hash())
            .setOutcome(
                switch (decided.outcome()) {
                  case COMMITTED -> Outcome.OUTCOME_COMMITTED;
                  case ABORTED -> Outcome.OUTCOME_ABORTED;
                  case EXPIRED -> Outcome.OUTCOME_EXPIRED;
                })
            .setReason(decided.reason())
            .setSubmitter(decided.submitter())
            .setQueuedNanos(decided.queuedNanos())
            .setDecidedNanos(decided.decidedNanos());
    decided.announcedNanos().ifPresent(encoded::setAnnouncedNanos);
    decided.votes().forEach(vote -> encoded.addVotes(encode(vote)));
    return encoded.build();
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
  static List<LogRecord> decode(ByteString batch) throws StorageException {
    try {
      PublisherBatch encoded = PublisherBatch.parseFrom(batch);
      List<LogRecord> records = new ArrayList<>(encoded.getRecordsCount());
      for (PublisherRecord entry : encoded.getRecordsList()) {
        records.add(
            switch (entry.getRecordCase()) {
              case STARTED -> decode(entry.getStarted());
              case DECIDED -> decode(entry.getDecided());
              case RECORD_NOT_SET ->
                  throw new StorageException(
                      "the log holds a record of a kind that this version does not know; a newer"
                          + " version wrote it");
            });
      }
      return records;
    } catch (InvalidProtocolBufferException | IllegalArgumentException malformed) {
      throw new StorageException("the log holds a record that is not a publisher's", malformed);
    }
  }

  private static LogRecord.Started decode(XtStarted started) throws StorageException {
    try {
      return new LogRecord.Started(
          CrossChainTransaction.parse(started.getXtRequest()),
          started.getSubmitter(),
          started.getQueuedNanos(),
          started.getStartedNanos());
    } catch (InvalidXtException malformed) {
      throw new StorageException("the log holds a started XT that is none", malformed);
    }
  }

  static LogRecord.Decided decode(XtDecided decided) throws StorageException {
    List<ChainVote> votes = new ArrayList<>(decided.getVotesCount());
    for (StoredChainVote vote : decided.getVotesList()) {
      votes.add(decode(vote));
    }
    return new LogRecord.Decided(
        decided.getNumber(),
        new XtId(decided.getXtId()),
        switch (decided.getOutcome()) {
          case OUTCOME_COMMITTED -> XtOutcome.COMMITTED;
          case OUTCOME_ABORTED -> XtOutcome.ABORTED;
          case OUTCOME_EXPIRED -> XtOutcome.EXPIRED;
          case OUTCOME_UNSPECIFIED, UNRECOGNIZED -> throw unknown("outcome");
        },
        decided.getReason(),
        decided.getSubmitter(),
        votes,
        decided.getQueuedNanos(),
        decided.hasAnnouncedNanos()
            ? OptionalLong.of(decided.getAnnouncedNanos())
            : OptionalLong.empty(),
        decided.getDecidedNanos());
  }

  private static ChainVote decode(StoredChainVote vote) throws StorageException {
    return new ChainVote(
        new ChainId(vote.getChainId()),
        switch (vote.getAnswer()) {
          case ANSWER_YES -> ChainVote.Answer.YES;
          case ANSWER_NO -> ChainVote.Answer.NO;
          case ANSWER_NONE -> ChainVote.Answer.NONE;
          case ANSWER_UNSPECIFIED, UNRECOGNIZED -> throw unknown("answer");
        },
        vote.getReason(),
        vote.hasLatencyNanos() ? OptionalLong.of(vote.getLatencyNanos()) : OptionalLong.empty());
  }

  private static StorageException unknown(String what) {
    return new StorageException(
        "the log holds an " + what + " that this version does not know; a newer version wrote it");
  }
}
