package io.rollcall.transport.netty;

import io.netty.buffer.ByteBuf;
import io.rollcall.proto.v1.Message.PayloadCase;
import io.rollcall.transport.TransportException;
import io.rollcall.transport.codec.LengthPrefix;
import io.rollcall.transport.metrics.TransportMetrics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one write gives to the socket: one frame, which others may be sending too, or copies of
 * several small ones, because a write costs more than they do. Answers of the transport itself are
 * put into it without ever being frames. Event loop.
 */
final class WriteBatch {

  private static final int FIRST_ANSWERS = 8;
  private static final int[] NO_ANSWERS = {};

  private final ByteBuf bytes;
  private final long queuedAt;
  private final boolean copies;
  private final List<QueuedFrame> frames;
  private int[] answers = NO_ANSWERS;
  private int answerCount;
  private int size;

  private WriteBatch(ByteBuf bytes, long queuedAt, boolean copies, List<QueuedFrame> frames) {
    this.bytes = bytes;
    this.queuedAt = queuedAt;
    this.copies = copies;
    this.frames = frames;
  }

  /** For copies, of which there are none yet; takes over the buffer. */
  static WriteBatch ofCopies(ByteBuf bytes, long queuedAt) {
    return new WriteBatch(bytes, queuedAt, true, new ArrayList<>());
  }

  /** The frame as it is, not copied; its reference is kept until {@link #releaseFrames}. */
  static WriteBatch of(QueuedFrame frame) {
    WriteBatch batch =
        new WriteBatch(frame.frame().toWrite(), frame.queuedAt(), false, List.of(frame));
    batch.size = frame.frame().size();
    return batch;
  }

  /** Copies a frame, which may go at once as far as this batch is concerned. */
  void copy(QueuedFrame frame) {
    frame.frame().copyTo(bytes);
    frames.add(frame);
    size += frame.frame().size();
  }

  /**
   * Takes an answer into account.
   *
   * @param messageSize without its prefix
   * @return where its frame is to be written, prefix first
   */
  ByteBuf answer(int messageSize) {
    if (answerCount == answers.length) {
      answers = Arrays.copyOf(answers, Math.max(FIRST_ANSWERS, answerCount * 2));
    }
    answers[answerCount++] = messageSize;
    size += LengthPrefix.BYTES + messageSize;
    return bytes;
  }

  /** For the write, which releases it. */
  ByteBuf bytes() {
    return bytes;
  }

  /** When the oldest of it was queued. */
  long queuedAt() {
    return queuedAt;
  }

  /** Whether its bytes exist beside those of its frames. */
  boolean copies() {
    return copies;
  }

  /** Bytes on the wire. */
  int size() {
    return size;
  }

  /** Frames and answers. */
  int messages() {
    return frames.size() + answerCount;
  }

  int answers() {
    return answerCount;
  }

  /** The socket took it. */
  void countTo(TransportMetrics metrics) {
    for (QueuedFrame frame : frames) {
      OutboundFrame sent = frame.frame();
      metrics.messageSent(sent.type(), sent.messageSize());
      if (sent.isCompressed()) {
        metrics.compressedSent(sent.messageSize(), sent.size() - LengthPrefix.BYTES);
      }
    }
    for (int i = 0; i < answerCount; i++) {
      metrics.messageSent(PayloadCase.PONG, answers[i]);
    }
  }

  /** Gives back the frame that was not copied. */
  void releaseFrames() {
    frames.forEach(frame -> frame.frame().release());
  }

  /** Tells everybody what became of their frame; null when the socket took the bytes. */
  void settle(@Nullable TransportException failure) {
    for (QueuedFrame frame : frames) {
      frame.delivery().done(failure);
    }
  }
}
