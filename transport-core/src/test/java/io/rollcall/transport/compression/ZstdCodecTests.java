package io.rollcall.transport.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdOutputStream;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.InvalidSettingException;
import io.rollcall.transport.MessageTooLargeException;
import io.rollcall.transport.TransportException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZstdCodecTests {

  private static final int MOST = 1 << 20;

  /** Where the size stands in a frame of more than 64 KiB and less than 4 GiB: 4 bytes. */
  private static final int SIZE_AT = 5;

  private final ZstdCodec zstd = ZstdCodec.load();

  @ParameterizedTest
  @ValueSource(ints = {64, 255, 256, 257, 4096, 65_791, 65_792, 131_072, 131_073, MOST})
  void whatWasCompressedComesBackTheSame(int size) {
    byte[] message = text(size);

    assertThat(roundTrip(compressed(message))).isEqualTo(message);
    assertThat(roundTrip(compressedOutsideTheHeap(message))).isEqualTo(message);
  }

  @Test
  void aMessageLargerThanTheWindowComesBackToo() {
    byte[] message = text(10 << 20);
    byte[] frame = compressedOutsideTheHeap(message);

    assertThat(zstd.decompress(frame, zstd.contentSize(frame, 10 << 20))).isEqualTo(message);
  }

  @Test
  void itPaysNeitherForNoiseNorForWhatAPeerWouldRefuse() {
    assertThat(zstd.pays(4096, compressed(noise(4096)).length)).isFalse();
    assertThat(zstd.pays(4096, compressed(new byte[4096]).length)).isFalse();
    assertThat(zstd.pays(4096, compressed(text(4096)).length)).isTrue();
    assertThat(zstd.pays(6400, 100)).isTrue();
    assertThat(zstd.pays(6401, 100)).isFalse();
  }

  @Test
  void refusesWhatSaysThatMoreIsInItThanAMessageMayHave() {
    byte[] frame = sized(compressed(text(MOST)), MOST + 1);

    assertThatThrownBy(() -> zstd.contentSize(frame, MOST))
        .isInstanceOf(MessageTooLargeException.class)
        .hasMessageContaining("1048577");
    assertProtocolError(sized(frame, -1), "message size exceeds max: 4294967295 bytes");
  }

  @Test
  void refusesASizeOfEightBytesThatIsBelowZero() {
    ByteBuffer frame = ByteBuffer.allocate(40);
    frame.put(new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, (byte) 0xe4}).putLong(-1L);

    assertProtocolError(frame.array(), "message size exceeds max");
  }

  @Test
  void refusesWhatDoesNotSayHowMuchIsInIt() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZstdOutputStream stream = new ZstdOutputStream(bytes).setChecksum(true)) {
      stream.write(text(100_000));
    }

    assertProtocolError(bytes.toByteArray(), "it does not say how much is in it");
  }

  @Test
  void refusesAHugeWindow() {
    byte[] frame = with(context -> context.setContentSize(true).setWindowLog(24), text(20 << 20));

    assertThatThrownBy(() -> zstd.contentSize(frame, 64 << 20))
        .hasMessageEndingWith("its window is larger than 8 MiB");
  }

  @Test
  void refusesABombByTheRatioAlone() {
    assertProtocolError(compressed(new byte[MOST]), "more than 64 times its length");
  }

  @Test
  void refusesASizeThatNoBlockCouldFill() {
    assertProtocolError(
        sized(compressed(text(200_000)), 200_000 + 131_072), "more is in it than there can be");
  }

  @Test
  void refusesASizeThatIsNotTheRightOne() {
    byte[] frame = compressed(text(200_000));

    for (int size : new int[] {199_999, 200_001}) {
      assertProtocolError(sized(frame, size), "compressed message refused");
    }
  }

  @Test
  void refusesWhatIsNotSmallerThanTheMessage() {
    assertProtocolError(compressed(noise(100_000)), "not smaller than the message in it");
  }

  @Test
  void refusesAFrameWithoutACheckSum() {
    assertProtocolError(with(context -> context.setChecksum(false), text(5000)), "no check sum");
  }

  @Test
  void refusesAFrameThatWantsADictionary() {
    byte[] dictionary = text(2000);
    byte[] frame = compressed(text(5000));
    frame[4] |= 1;

    assertProtocolError(frame, "it wants a dictionary");
    assertProtocolError(
        with(context -> context.loadDict(dictionary), text(5000)), "compressed message refused");
  }

  @Test
  void refusesWhateverFollowsTheFrame() {
    byte[] frame = compressed(text(5000));
    byte[] skippable = {0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0};

    assertProtocolError(concat(frame, new byte[1]), "something follows it");
    assertProtocolError(concat(frame, skippable), "something follows it");
    assertProtocolError(concat(frame, frame), "something follows it");
    assertProtocolError(concat(skippable, frame), "no zstd frame");
  }

  @Test
  void refusesEveryBeginningOfAFrame() {
    byte[] frame = compressed(text(3000));

    for (int length = 0; length < frame.length; length++) {
      assertProtocolError(Arrays.copyOf(frame, length), "");
    }
  }

  @Test
  void refusesAFrameInWhichAnyByteIsAnother() {
    byte[] frame = compressed(text(3000));

    for (int at = 0; at < frame.length; at++) {
      byte[] broken = frame.clone();
      broken[at] ^= 0x41;
      assertProtocolError(broken, "");
    }
  }

  @Test
  void saysWhichDependencyIsMissing() throws Exception {
    Class<?> lonely = new WithoutTheLibrary().loadClass(ZstdCodec.class.getName());

    assertThatThrownBy(() -> lonely.getMethod("load").invoke(null))
        .isInstanceOf(InvocationTargetException.class)
        .hasCauseInstanceOf(InvalidSettingException.class)
        .cause()
        .hasMessage(
            "compression is zstd; expected none, as long as com.github.luben:zstd-jni is not on the"
                + " class path");
  }

  private byte[] roundTrip(byte[] frame) {
    return zstd.decompress(frame, zstd.contentSize(frame, MOST));
  }

  private void assertProtocolError(byte[] frame, String problem) {
    assertThatThrownBy(() -> roundTrip(frame))
        .isInstanceOfSatisfying(
            TransportException.class,
            refused -> assertThat(refused.reason()).isEqualTo(CloseReason.PROTOCOL_ERROR))
        .hasMessageContaining(problem);
  }

  private byte[] compressed(byte[] message) {
    byte[] target = new byte[zstd.mostCompressed(message.length)];
    int length = zstd.compress(ByteBuffer.wrap(message), ByteBuffer.wrap(target));
    return Arrays.copyOf(target, length);
  }

  private byte[] compressedOutsideTheHeap(byte[] message) {
    ByteBuffer source = ByteBuffer.allocateDirect(message.length).put(message).flip();
    ByteBuffer target = ByteBuffer.allocateDirect(zstd.mostCompressed(message.length));
    byte[] frame = new byte[zstd.compress(source, target)];
    target.get(frame);
    return frame;
  }

  private static byte[] with(UnaryOperator<ZstdCompressCtx> settings, byte[] message) {
    try (ZstdCompressCtx context = new ZstdCompressCtx()) {
      return settings.apply(context.setLevel(1).setChecksum(true)).compress(message);
    }
  }

  private static byte[] sized(byte[] frame, int size) {
    assertThat(Zstd.getFrameContentSize(frame)).isGreaterThan(65_791);
    byte[] other = frame.clone();
    boolean single = (frame[4] & 0x20) != 0;
    ByteBuffer.wrap(other).putInt(single ? SIZE_AT : SIZE_AT + 1, Integer.reverseBytes(size));
    return other;
  }

  private static byte[] concat(byte[] one, byte[] other) {
    byte[] both = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }

  /** As compressible as words are. */
  private static byte[] text(int size) {
    StringBuilder text = new StringBuilder();
    Random random = new Random(size);
    while (text.length() < size) {
      text.append("word").append(random.nextInt(1000)).append(' ');
    }
    return text.substring(0, size).getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] noise(int size) {
    byte[] noise = new byte[size];
    new Random(1).nextBytes(noise);
    return noise;
  }

  /** Where the package of this test sees no library, as where nobody added the dependency. */
  private static final class WithoutTheLibrary extends ClassLoader {

    WithoutTheLibrary() {
      super(ZstdCodecTests.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith("com.github.luben.")) {
        throw new ClassNotFoundException(name);
      }
      if (!name.startsWith(ZstdCodec.class.getPackageName() + ".")) {
        return super.loadClass(name, resolve);
      }
      Class<?> known = findLoadedClass(name);
      if (known != null) {
        return known;
      }
      String resource = name.replace('.', '/') + ".class";
      try (InputStream in = Objects.requireNonNull(getResourceAsStream(resource))) {
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException unreadable) {
        throw new ClassNotFoundException(name, unreadable);
      }
    }
  }
}
