package io.rollcall.transport.session;

import com.google.protobuf.ByteString;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The highest timestamp accepted of each trusted key, kept over a restart: the port behind which a
 * server remembers that a hello of its earlier life was used. Safe for any thread.
 */
public interface ReplayMarks {

  /** Keeps nothing: after a restart a hello that is still valid can be used once more. */
  ReplayMarks NONE =
      new ReplayMarks() {
        @Override
        public OptionalLong atStart(ByteString key) {
          return OptionalLong.empty();
        }

        @Override
        public CompletionStage<Void> record(ByteString key, long timestamp) {
          return CompletableFuture.completedFuture(null);
        }

        @Override
        public Optional<String> problem() {
          return Optional.empty();
        }
      };

  /**
   * The timestamp up to which an earlier process may have accepted hellos of this key: the highest
   * it did accept, or a later one where that process had no time to say. Never changes: what this
   * process accepts shows at its next start, because two hellos of one identity may cross.
   *
   * @param key 33 compressed bytes
   * @return Unix time in nanoseconds
   */
  OptionalLong atStart(ByteString key);

  /**
   * Keeps this timestamp if it is the highest so far. Never blocks.
   *
   * @param key 33 compressed bytes
   * @param timestamp Unix time in nanoseconds
   * @return completes, on any thread, when the hello may be answered: the timestamp is kept, or
   *     something at or above it is that {@link #atStart} will say of this key, or the
   *     implementation gave up and said so to the operator. Never fails
   */
  CompletionStage<Void> record(ByteString key, long timestamp);

  /** Why nothing is kept at the moment, for the operator; empty when all is well. */
  Optional<String> problem();
}
