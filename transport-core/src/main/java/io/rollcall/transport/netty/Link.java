package io.rollcall.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.Compression;
import io.rollcall.transport.NotConnectedException;
import io.rollcall.transport.TransportException;
import io.rollcall.transport.TransportTimeoutException;
import io.rollcall.transport.codec.LengthPrefix;
import io.rollcall.transport.metrics.TransportMetrics.Operation;
import io.rollcall.transport.session.KeepAlive;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One socket from accept or dial to its close, authenticated or not: the outbound queue, the order
 * of ending, the reasons not to read, and the figures. A {@link NettyConnection} is a link that was
 * admitted.
 *
 * <p>Outbound: a bounded queue of frames in order. A frame that does not fit, or one that waited
 * longer than the write timeout, ends the link at once with WRITE_TIMEOUT. All that was queued
 * during one turn of the event loop leaves in one flush. Small frames are copied into one write
 * while the socket keeps up; behind {@value #MOST_COPIED} bytes of such copies that it has not
 * taken, frames wait as they are, shared with other links.
 *
 * <p>Ending happens once, and whoever comes first gives the reason. {@link #close} lets the queue
 * drain, says goodbye, shuts the output, reads what still comes for a moment so that the goodbye is
 * not destroyed by a reset, and closes; on TLS, with its own goodbye (close_notify) behind ours.
 * {@link #abort} closes. From either on, nothing can be sent and what comes is thrown away.
 *
 * <p>Safe for any thread unless a method says otherwise.
 */
final class Link {

  /** Why a link does not read for the time being. */
  enum Pause {
    /** A hello is being judged. */
    HANDSHAKE,
    /** The handler's queue is full. */
    DISPATCH,
    /** The peer pings faster than it takes the answers. */
    PONGS
  }

  /** Hears, on the event loop and once, that a link begins to end. */
  @FunctionalInterface
  interface EndListener {
    void ended(CloseReason reason, String details);
  }

  /** How long a goodbye to a peer at fault may take to leave; others have the write timeout. */
  static final Duration GOODBYE_LIMIT = Duration.ofSeconds(1);

  /** How long is read on after the output was shut. */
  static final Duration DRAIN_LIMIT = Duration.ofSeconds(1);

  /** Up to this size a frame is copied rather than written by itself. */
  static final int SMALL_FRAME = 4096;

  /** Copies that a socket may not have taken. */
  static final int MOST_COPIED = 64 * 1024;

  private static final int SMALLEST_BATCH = 256;

  private static final Logger log = LoggerFactory.getLogger(Link.class);

  private final String id;
  private final Channel channel;
  private final EventLoop loop;
  private final LinkContext context;
  private final long writeTimeoutNanos;
  private final SocketAddress remoteAddress;

  // Outbound, any thread.
  private final AtomicLong queuedBytes = new AtomicLong();
  private final Queue<QueuedFrame> handedOver = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean flushScheduled = new AtomicBoolean();
  private final AtomicReference<@Nullable End> end = new AtomicReference<>();

  // Outbound, event loop: the batch that is being filled; what Netty has and the socket has not
  // taken, oldest first, and how many bytes of that are copies.
  private @Nullable WriteBatch filling;
  private final Deque<WriteBatch> unwritten = new ArrayDeque<>(1);
  private int copied;
  private IntConsumer onAnswersWritten = count -> {};
  private boolean outputOver;
  private boolean watchArmed;
  private Runnable cancelWatch = () -> {};
  private Runnable cancelClose = () -> {};
  private boolean endBegun;
  private boolean peerAsked;
  private boolean silent;
  private boolean drains;
  private volatile boolean faultCounted;
  private volatile Compression compression = Compression.NONE;

  // Event loop.
  private final KeepAlive keepAlive;
  private final Set<Pause> pauses = EnumSet.noneOf(Pause.class);
  private @Nullable Runnable onResume;
  private @Nullable EndListener endListener;
  private final List<Runnable> closeListeners = new ArrayList<>();

  // Figures: written on the event loop, read anywhere.
  private final AtomicLong bytesRead = new AtomicLong();
  private final AtomicLong bytesWritten = new AtomicLong();
  private final AtomicLong messagesRead = new AtomicLong();
  private final AtomicLong messagesWritten = new AtomicLong();
  private final AtomicLong lastByteAt = new AtomicLong();
  private final AtomicLong roundTripNanos = new AtomicLong(-1);
  private volatile boolean trusted;

  private Link(String id, Channel channel, LinkContext context) {
    this.id = id;
    this.channel = channel;
    this.loop = channel.eventLoop();
    this.context = context;
    this.writeTimeoutNanos = context.settings().writeTimeout().toNanos();
    SocketAddress remote = channel.remoteAddress();
    this.remoteAddress = remote == null ? new InetSocketAddress(0) : remote;
    this.keepAlive = new KeepAlive(context.settings().readTimeout(), nanoTime());
    this.lastByteAt.set(nanoTime());
  }

  /**
   * Takes charge of a registered channel; its handlers are added by the caller, {@link
   * FrameDecoder} first.
   *
   * @param id unique and random; log lines start with it
   */
  static Link of(String id, Channel channel, LinkContext context) {
    Link link = new Link(id, channel, context);
    context.frames().budget().add(link);
    channel.closeFuture().addListener(closed -> link.onChannelClosed());
    return link;
  }

  String id() {
    return id;
  }

  Channel channel() {
    return channel;
  }

  EventLoop loop() {
    return loop;
  }

  LinkContext context() {
    return context;
  }

  /** The peer's address as logs show it. */
  String remote() {
    return LogText.of(remoteAddress);
  }

  SocketAddress remoteAddress() {
    return remoteAddress;
  }

  /** Whether it is on TLS. */
  boolean tls() {
    return channel.pipeline().get(SslHandler.class) != null;
  }

  /**
   * Until {@link #speak}, it ends without a goodbye, which nobody would understand: TLS is not up.
   * Event loop.
   */
  void keepSilent() {
    silent = true;
  }

  /** TLS is up. Event loop. */
  void speak() {
    silent = false;
  }

  /** Whether nothing can be said to the peer yet. Event loop. */
  boolean silent() {
    return silent;
  }

  /** The event loop's clock: for deadlines, in nanoseconds. */
  long nanoTime() {
    return loop.ticker().nanoTime();
  }

  /**
   * From here on messages may come compressed, and are sent so where that helps. On the event loop,
   * before anything is read that came behind the handshake.
   */
  void agree(Compression agreed) {
    compression = agreed;
  }

  /** What was agreed. */
  Compression compression() {
    return compression;
  }

  // ---- sending

  /** Bytes that were accepted and that the socket has not taken. */
  long queuedBytes() {
    return queuedBytes.get();
  }

  /**
   * Queues a frame and takes a reference to it; the caller keeps its own. Never waits. A frame that
   * does not fit ends the link.
   */
  void send(OutboundFrame frame, Delivery delivery) {
    if (queue(frame, delivery, nanoTime())) {
      scheduleFlush();
    }
  }

  /**
   * The same without the flush, which the caller schedules behind the last of several.
   *
   * @param now by {@link #nanoTime}
   * @return whether it was queued
   */
  boolean queue(OutboundFrame frame, Delivery delivery, long now) {
    End ended = end.get();
    if (ended != null) {
      delivery.done(ended.failure(id));
      return false;
    }
    OutboundFrame taken = compression == Compression.NONE ? frame : frame.compressed();
    if (!reserve(taken.size())) {
      delivery.done(failure());
      return false;
    }
    handedOver.add(new QueuedFrame(taken.retain(), now, delivery));
    return true;
  }

  private boolean reserve(int bytes) {
    long before = queuedBytes.getAndAdd(bytes);
    long limit = context.settings().outboundBuffer();
    if (before + bytes <= limit) {
      return true;
    }
    queuedBytes.addAndGet(-bytes);
    cut(
        CloseReason.WRITE_TIMEOUT,
        "the peer does not read: %d bytes are queued, %d more do not fit, outbound-buffer is %d"
            .formatted(before, bytes, limit),
        Operation.WRITE);
    return false;
  }

  /** What was queued leaves with the next turn of the event loop. */
  void scheduleFlush() {
    if (!flushScheduled.get() && flushScheduled.compareAndSet(false, true)) {
      execute(this::flush);
    }
  }

  /** Runs on the event loop, later; when that has ended, here: then nothing else runs there. */
  void execute(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException loopEnded) {
      task.run();
    }
  }

  /**
   * Queues an answer of the transport itself, which is never a frame, behind all that was queued
   * before; leaves with {@link #flushAnswers}. Event loop.
   *
   * @param messageSize without its prefix
   * @return where to write it, prefix first; null when nothing can be sent any more
   */
  @Nullable ByteBuf answer(int messageSize) {
    int size = LengthPrefix.BYTES + messageSize;
    if (ended() || !reserve(size)) {
      return null;
    }
    gather();
    return batchFor(size, nanoTime()).answer(messageSize);
  }

  /** How many answers the socket took. Set and called on the event loop. */
  void onAnswersWritten(IntConsumer listener) {
    onAnswersWritten = listener;
  }

  /** What was answered leaves. Event loop. */
  void flushAnswers() {
    if (filling != null) {
      flush();
    }
  }

  private void flush() {
    flushScheduled.set(false);
    gather();
    if (outputOver) {
      throwAwayFilling();
    } else {
      writeFilling();
      channel.flush();
    }
  }

  private void gather() {
    for (QueuedFrame next = handedOver.poll(); next != null; next = handedOver.poll()) {
      if (outputOver) {
        next.frame().release();
        settle(next, failure());
      } else if (isCopied(next.frame().size())) {
        batchFor(next.frame().size(), next.queuedAt()).copy(next);
        next.frame().release();
      } else {
        writeFilling();
        write(WriteBatch.of(next));
      }
    }
  }

  private boolean isCopied(int size) {
    return size <= SMALL_FRAME
        && copied + (filling == null ? 0 : filling.size()) + size <= MOST_COPIED;
  }

  private WriteBatch batchFor(int size, long queuedAt) {
    WriteBatch batch = filling;
    if (batch != null && batch.size() + size > MOST_COPIED) {
      writeFilling();
      batch = null;
    }
    if (batch == null) {
      int expected = Math.clamp(queuedBytes.get(), SMALLEST_BATCH, MOST_COPIED);
      batch = WriteBatch.ofCopies(channel.alloc().directBuffer(expected), queuedAt);
      filling = batch;
    }
    return batch;
  }

  private void writeFilling() {
    WriteBatch batch = filling;
    if (batch != null) {
      filling = null;
      copied += batch.size();
      context.frames().budget().reserve(batch.size());
      write(batch);
    }
  }

  private void throwAwayFilling() {
    WriteBatch batch = filling;
    if (batch != null) {
      filling = null;
      batch.bytes().release();
      settle(batch, failure());
    }
  }

  private void write(WriteBatch batch) {
    unwritten.addLast(batch);
    armWriteWatch(batch);
    channel
        .write(batch.bytes())
        .addListener(written -> onWritten(written.isSuccess() ? null : written.cause()));
  }

  /** The socket takes batches, and fails them, in their order. */
  private void onWritten(@Nullable Throwable cause) {
    WriteBatch batch = unwritten.removeFirst();
    if (batch.copies()) {
      copied -= batch.size();
      context.frames().budget().release(batch.size());
    } else {
      batch.releaseFrames();
    }
    if (cause == null) {
      bytesWritten.addAndGet(batch.size());
      messagesWritten.addAndGet(batch.messages());
      batch.countTo(context.metrics());
      settle(batch, null);
    } else {
      // A frame that left in part ends the stream: nothing that follows would be understood.
      broken(cause, Operation.WRITE);
      settle(batch, failure());
    }
  }

  private void settle(WriteBatch batch, @Nullable TransportException failure) {
    queuedBytes.addAndGet(-batch.size());
    batch.settle(failure);
    if (batch.answers() > 0) {
      onAnswersWritten.accept(batch.answers());
    }
  }

  private void settle(QueuedFrame frame, TransportException failure) {
    queuedBytes.addAndGet(-frame.frame().size());
    frame.delivery().done(failure);
  }

  private void armWriteWatch(WriteBatch oldest) {
    if (!watchArmed) {
      watchArmed = true;
      long due = oldest.queuedAt() + writeTimeoutNanos - nanoTime();
      cancelWatch = schedule(this::watchWrites, Math.max(due, 0));
    }
  }

  private void watchWrites() {
    watchArmed = false;
    WriteBatch oldest = unwritten.peekFirst();
    if (oldest == null || !channel.isOpen()) {
      return;
    }
    if (nanoTime() - oldest.queuedAt() >= writeTimeoutNanos) {
      cut(
          CloseReason.WRITE_TIMEOUT,
          "the peer does not read: a message waits for longer than write-timeout (%s), %d bytes are queued"
              .formatted(context.settings().writeTimeout(), queuedBytes()),
          Operation.WRITE);
    } else {
      armWriteWatch(oldest);
    }
  }

  // ---- ending

  /** Whether the end has begun; from then on what comes is thrown away. */
  boolean ended() {
    return end.get() != null;
  }

  /** Ends the link in order: queue, goodbye, close. Does nothing when it ends already. */
  void close(CloseReason reason, String details) {
    if (begins(reason, details)) {
      execute(() -> finish(reason, details));
    }
  }

  /** The same because something went wrong, which is counted unless it ends already. */
  void fail(CloseReason reason, String details, Operation operation) {
    if (begins(reason, details)) {
      count(reason, operation);
      execute(() -> finish(reason, details));
    }
  }

  /**
   * Ends the link because TLS failed, which had its own way to say so: nothing is added. Counted
   * unless it ends already.
   */
  void failUnsaid(CloseReason reason, String details, Operation operation) {
    if (begins(reason, details)) {
      count(reason, operation);
    }
    execute(() -> {
      beginEnd();
      outputOver = true;
      if (channel.isActive()) {
        pauses.clear();
        drain();
        readOn();
      } else {
        closeChannel();
      }
    });
  }

  private boolean begins(CloseReason reason, String details) {
    return end.compareAndSet(null, new End(reason, details));
  }

  /**
   * The peer says goodbye: it is answered with this side's usual goodbye, and the peer's reason
   * stays the reason. Event loop.
   */
  void peerDisconnected(CloseReason reason, String details) {
    if (begins(reason, details)) {
      peerAsked = true;
      finish(CloseReason.REQUESTED, context.goodbye());
    }
  }

  /** Whether it ended because the peer said goodbye. Event loop. */
  boolean peerAsked() {
    return peerAsked;
  }

  /** Ends the link at once; also cuts short a {@link #close} that takes too long. */
  void abort(CloseReason reason, String details) {
    var _ = begins(reason, details);
    cutNow();
  }

  /** The same because something went wrong, which is counted unless it ends already. */
  void cut(CloseReason reason, String details, Operation operation) {
    if (begins(reason, details)) {
      count(reason, operation);
    }
    cutNow();
  }

  private void count(CloseReason reason, Operation operation) {
    faultCounted = true;
    context.metrics().error(reason, operation);
  }

  /** Whether what ended it was counted as an error already. For its {@link EndListener}. */
  boolean faultCounted() {
    return faultCounted;
  }

  private void cutNow() {
    execute(() -> {
      beginEnd();
      outputOver = true;
      closeChannel();
    });
  }

  /** The socket failed. Event loop. */
  void broken(Throwable cause, Operation operation) {
    if (isTimeout(cause)) {
      cut(CloseReason.WRITE_TIMEOUT, "the peer's machine does not answer", operation);
    } else if (cause instanceof ClosedChannelException) {
      cut(CloseReason.NETWORK_ERROR, "connection closed", operation);
    } else {
      cut(CloseReason.NETWORK_ERROR, text(cause), operation);
    }
  }

  /**
   * By TCP user timeout or retransmission: the words are the operating system's, on any channel.
   */
  private static boolean isTimeout(Throwable cause) {
    return cause instanceof IOException && text(cause).endsWith("timed out");
  }

  private static String text(Throwable cause) {
    String message = cause.getMessage();
    return message == null
        ? cause.getClass().getSimpleName()
        : message.toLowerCase(Locale.ROOT).strip();
  }

  private void finish(CloseReason reason, String details) {
    beginEnd();
    if (!channel.isActive() || silent) {
      outputOver = true;
      closeChannel();
      return;
    }
    flush();
    outputOver = true;
    // One that asks to part, or ends its stream in order, is at no fault.
    if (reason.wire() != DisconnectMessage.Reason.REQUESTED) {
      closeAfter(GOODBYE_LIMIT);
    }
    OutboundFrame goodbye;
    try {
      goodbye = context.frames().encode(goodbye(reason, details));
    } catch (TransportException tooLarge) {
      // Only with a max-message-size below that of a goodbye.
      log.debug("{} {}", id, tooLarge.getMessage());
      closeChannel();
      return;
    }
    queuedBytes.addAndGet(goodbye.size());
    Delivery whenWritten =
        failure -> {
          if (failure == null) {
            drain();
          }
        };
    write(WriteBatch.of(new QueuedFrame(goodbye, nanoTime(), whenWritten)));
    channel.flush();
    // What comes now is thrown away, but it must be read for the end of it to be seen. What came
    // before goes at once rather than with the socket: the budgets count on it.
    pauses.clear();
    if (onResume != null) {
      execute(onResume);
    }
    readOn();
  }

  /** Once its input is over, Netty closes a channel that is told to read, goodbye or not. */
  private void readOn() {
    if (!(channel instanceof DuplexChannel duplex && duplex.isInputShutdown())) {
      channel.config().setAutoRead(true);
    }
  }

  private Message goodbye(CloseReason reason, String details) {
    return Message.newBuilder()
        .setSenderId(context.senders().disconnect().orElse(id))
        .setDisconnect(DisconnectMessage.newBuilder().setReason(reason.wire()).setDetails(details))
        .build();
  }

  /** After the goodbye: unread bytes would turn the close into a reset that destroys it. */
  private void drain() {
    if (drains) {
      return;
    }
    drains = true;
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null || silent) {
      endOutput();
    } else {
      tls.closeOutbound().addListener(closeNotifyWritten -> endOutput());
      closeAfter(DRAIN_LIMIT);
    }
  }

  private void endOutput() {
    if (channel instanceof DuplexChannel duplex && !duplex.isInputShutdown()) {
      var _ = duplex.shutdownOutput();
      closeAfter(DRAIN_LIMIT);
    } else {
      closeChannel();
    }
  }

  /** The peer ended its stream: nothing will come any more. Event loop. */
  void inputOver(boolean insideFrame) {
    if (!ended()) {
      if (insideFrame) {
        fail(CloseReason.NETWORK_ERROR, "the stream ended inside a frame", Operation.READ);
      } else {
        if (begins(CloseReason.END_OF_STREAM, "the peer ended the stream")) {
          finish(CloseReason.END_OF_STREAM, context.goodbye());
        }
      }
    } else if (channel instanceof DuplexChannel duplex && duplex.isOutputShutdown()) {
      closeChannel();
    }
  }

  private void closeAfter(Duration limit) {
    Runnable others = cancelClose;
    Runnable another = schedule(this::closeChannel, limit.toNanos());
    cancelClose =
        () -> {
          others.run();
          another.run();
        };
  }

  private void closeChannel() {
    Tls.closeChannel(channel);
  }

  private void beginEnd() {
    End ended = end.get();
    if (endBegun || ended == null) {
      return;
    }
    endBegun = true;
    log.debug("{} {} ends: {} {}", id, remote(), ended.reason, ended.details);
    if (endListener != null) {
      endListener.ended(ended.reason, ended.details);
    }
  }

  private void onChannelClosed() {
    end.compareAndSet(null, new End(CloseReason.NETWORK_ERROR, "connection closed"));
    beginEnd();
    outputOver = true;
    // A timer would hold on to all of this for as long as the write timeout, of each that came.
    cancelWatch.run();
    cancelClose.run();
    flush();
    // Netty says that a channel is closed before it gives back what it had to write; whoever waits
    // for that memory is told afterwards. What stands before TLS it gives back a turn later.
    if (tls()) {
      execute(() -> execute(this::tellClosed));
    } else {
      execute(this::tellClosed);
    }
  }

  private void tellClosed() {
    context.frames().budget().remove(this);
    closeListeners.forEach(Runnable::run);
    closeListeners.clear();
  }

  /** Called on the event loop when the end begins. Set there too; the last one set is called. */
  void onEnd(EndListener listener) {
    endListener = listener;
  }

  /** Called on the event loop when the channel is closed, or soon when it is. */
  void whenClosed(Runnable listener) {
    execute(() -> {
      if (channel.isOpen()) {
        closeListeners.add(listener);
      } else {
        listener.run();
      }
    });
  }

  /** Why nothing can be sent any more; only when {@link #ended()}. */
  TransportException failure() {
    End ended = end.get();
    return ended == null ? new NotConnectedException(id + " is closed") : ended.failure(id);
  }

  // ---- reading; all on the event loop

  KeepAlive keepAlive() {
    return keepAlive;
  }

  /** Whether nothing keeps the link from reading. */
  boolean reading() {
    return pauses.isEmpty();
  }

  /** Stops reading until {@link #resume}; several reasons may hold at a time. */
  void pause(Pause why) {
    if (!ended() && pauses.add(why) && pauses.size() == 1) {
      channel.config().setAutoRead(false);
      keepAlive.paused(nanoTime());
    }
  }

  /** Ends a reason not to read. */
  void resume(Pause why) {
    if (!pauses.remove(why) || !pauses.isEmpty()) {
      return;
    }
    keepAlive.resumed(nanoTime());
    if (onResume != null) {
      onResume.run();
    }
    if (pauses.isEmpty() && !ended()) {
      readOn();
    }
  }

  /** Takes what was left over, whatever keeps the link from reading: it is about to be closed. */
  void decodeAll() {
    do {
      pauses.clear();
      if (onResume != null) {
        onResume.run();
      }
    } while (!pauses.isEmpty() && !ended());
  }

  /** What to do first when reading goes on: take what was left over. */
  void onResume(Runnable task) {
    onResume = task;
  }

  /** Runs a task once on the event loop, later. Returns how to call it off. */
  Runnable schedule(Runnable task, long nanos) {
    try {
      ScheduledFuture<?> scheduled = loop.schedule(task, nanos, TimeUnit.NANOSECONDS);
      return () -> scheduled.cancel(false);
    } catch (RejectedExecutionException loopEnded) {
      log.debug("{} the event loop has ended", id);
      return () -> {};
    }
  }

  // ---- figures

  /** Bytes came from the socket. */
  void bytesCame(int count) {
    long now = nanoTime();
    bytesRead.addAndGet(count);
    lastByteAt.set(now);
    keepAlive.bytesCame(now);
  }

  /** A frame was complete. */
  void messageCame(Message.PayloadCase type, int bytes) {
    messagesRead.incrementAndGet();
    context.metrics().messageReceived(type, bytes);
  }

  /** It had been compressed. */
  void compressedCame(int messageSize, int bytes) {
    context.metrics().compressedReceived(messageSize, bytes);
  }

  void roundTripTook(Duration time) {
    roundTripNanos.set(time.toNanos());
  }

  long bytesRead() {
    return bytesRead.get();
  }

  long bytesWritten() {
    return bytesWritten.get();
  }

  long messagesRead() {
    return messagesRead.get();
  }

  long messagesWritten() {
    return messagesWritten.get();
  }

  Instant lastSeen() {
    return context.clock().instant().minusNanos(nanoTime() - lastByteAt.get());
  }

  Optional<Duration> roundTripTime() {
    long nanos = roundTripNanos.get();
    return nanos < 0 ? Optional.empty() : Optional.of(Duration.ofNanos(nanos));
  }

  /** Whether the peer proved a trusted key; such links are the last to be sacrificed. */
  boolean trusted() {
    return trusted;
  }

  void setTrusted() {
    trusted = true;
  }

  private record End(CloseReason reason, String details) {
    TransportException failure(String id) {
      String message = id + " is closed: " + reason + (details.isEmpty() ? "" : ", " + details);
      return reason == CloseReason.WRITE_TIMEOUT
          ? new TransportTimeoutException(reason, message)
          : new NotConnectedException(message);
    }
  }
}
