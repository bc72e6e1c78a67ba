package io.rollcall.transport.netty;

import com.google.protobuf.ByteString;
import io.rollcall.transport.auth.PublicKey;
import io.rollcall.transport.auth.Signature;
import io.rollcall.transport.auth.Signer;
import io.rollcall.transport.auth.SigningException;
import io.rollcall.transport.testing.TestKeys;
import java.math.BigInteger;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A key that is elsewhere: it answers at once until it is {@link #hold held}; then a test answers
 * each question, from its own thread. Answers are r and s with s in the upper half, as such keys
 * give them. Nothing of the key but its public half can be had from here.
 */
final class RemoteKey implements Signer {

  private static final BigInteger ORDER =
      new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);

  private final PublicKey publicKey;
  private final Signer far;
  private final BlockingQueue<Question> questions = new LinkedBlockingQueue<>();
  private volatile boolean held;

  /** The threads that asked. */
  final List<Thread> callers = new CopyOnWriteArrayList<>();

  /** One that waits for an answer. */
  record Question(ByteString hash, Thread caller, CompletableFuture<byte[]> answer) {}

  RemoteKey(String name) {
    this.publicKey = TestKeys.publicKey(name);
    this.far = TestKeys.signer(name);
  }

  /** From now on the test answers. */
  void hold() {
    held = true;
  }

  /** The next question that waits for an answer. */
  Question question() throws InterruptedException {
    Question next = questions.poll(10, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("nobody asked for a signature within 10 s");
    }
    return next;
  }

  /** Answers it, rightly. */
  void answer(Question question) {
    question.answer().complete(rAndHighS(question.hash().toByteArray()));
  }

  @Override
  public PublicKey publicKey() {
    return publicKey;
  }

  @Override
  public Signature sign(byte[] hash) {
    callers.add(Thread.currentThread());
    Question question =
        new Question(ByteString.copyFrom(hash), Thread.currentThread(), new CompletableFuture<>());
    if (held) {
      questions.add(question);
    } else {
      answer(question);
    }
    try {
      return Signature.ofRAndS(hash, question.answer().get(), publicKey);
    } catch (ExecutionException e) {
      throw new SigningException("the key service answers " + e.getCause(), e);
    } catch (InterruptedException e) {
      question.answer().cancel(false);
      throw new SigningException("nobody waits for the key service any more", e);
    }
  }

  private byte[] rAndHighS(byte[] hash) {
    String hex = HexFormat.of().formatHex(far.sign(hash).bytes().toByteArray());
    BigInteger lowS = new BigInteger(hex.substring(64, 128), 16);
    return HexFormat.of().parseHex(hex.substring(0, 64) + "%064x".formatted(ORDER.subtract(lowS)));
  }
}
