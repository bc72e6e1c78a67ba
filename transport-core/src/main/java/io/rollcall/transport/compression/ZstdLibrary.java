package io.rollcall.transport.compression;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import com.github.luben.zstd.util.Native;
import io.rollcall.transport.codec.MalformedMessageException;
import java.nio.ByteBuffer;

/**
 * What the native library does, and all that needs it: where it is missing, this class alone cannot
 * be loaded. Its contexts live as long as the process. Safe for any thread.
 */
final class ZstdLibrary {

  /** Faster than any network that compression is for; higher ones save little on top. */
  private static final int LEVEL = 1;

  private static final KeptContexts<ZstdCompressCtx> COMPRESSORS =
      new KeptContexts<>(
          () -> new ZstdCompressCtx().setLevel(LEVEL).setChecksum(true), ZstdCompressCtx::close);

  private static final KeptContexts<ZstdDecompressCtx> DECOMPRESSORS =
      new KeptContexts<>(ZstdDecompressCtx::new, ZstdDecompressCtx::close);

  private ZstdLibrary() {}

  static void load() {
    Native.load();
  }

  static int mostCompressed(int size) {
    return Math.toIntExact(Zstd.compressBound(size));
  }

  static int compress(ByteBuffer source, ByteBuffer target) {
    return COMPRESSORS.lend(context ->
        source.hasArray()
            ? context.compressByteArray(
                target.array(),
                target.arrayOffset() + target.position(),
                target.remaining(),
                source.array(),
                source.arrayOffset() + source.position(),
                source.remaining())
            : context.compressDirectByteBuffer(
                target,
                target.position(),
                target.remaining(),
                source,
                source.position(),
                source.remaining()));
  }

  /** Returns how many bytes came out; never writes more than the target has. */
  static int decompress(byte[] frame, byte[] target) {
    try {
      return DECOMPRESSORS.lend(
          context -> context.decompressByteArray(target, 0, target.length, frame, 0, frame.length));
    } catch (ZstdException broken) {
      throw new MalformedMessageException(
          "compressed message refused: " + broken.getMessage(), broken);
    }
  }
}
