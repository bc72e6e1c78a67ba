package io.rollcall.transport.replay;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A small file of one process: held by a lock, read by its owner alone.
 *
 * <p>New content is written beside it ({@code .tmp}), forced to disk and renamed over it. Behind it
 * stand empty lines, {@value #ROOM} bytes or as many as the content has: what is added overwrites
 * them, because a file that stays as long as it is costs half the sync of one that grows.
 *
 * <p>The lock is on a file of its own ({@code .lock}), since the one it protects is another after
 * each replacement; it stays, and is free as soon as the process is gone, however it went.
 */
final class LockedFile implements Disk {

  /** No replay file comes near; whatever is larger is something else. */
  private static final int MOST_BYTES = 16 << 20;

  /** For some 430 marks that are added one by one, more when several share a write. */
  static final int ROOM = 64 << 10;

  private static final FileAttribute<Set<PosixFilePermission>> OWNER_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path file;
  private final Path folder;
  private final FileChannel lockChannel;

  /** Of the last replacement, while everything that was added to it succeeded. */
  private @Nullable FileChannel current;

  /** Where the next addition goes, and where there is no more room for it. */
  private long end;

  private long size;

  private LockedFile(Path file, Path folder, FileChannel lockChannel) {
    this.file = file;
    this.folder = folder;
    this.lockChannel = lockChannel;
  }

  /**
   * Takes it for this process; makes its folder if there is none.
   *
   * @throws IllegalArgumentException when another process has it
   */
  static LockedFile take(Path path) throws IOException {
    Path file = path.toAbsolutePath().normalize();
    Path folder = file.getParent();
    if (folder == null) {
      throw new IllegalArgumentException("it is no file");
    }
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder, OWNER_FOLDER);
    }
    FileChannel channel =
        FileChannel.open(
            sibling(file, ".lock"),
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            OWNER_FILE);
    try {
      if (lock(channel) == null) {
        throw new IllegalArgumentException("another running process uses it");
      }
      return new LockedFile(file, folder, channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static @Nullable FileLock lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException thisProcess) {
      return null;
    }
  }

  /** Its content; empty when there is no such file yet. */
  Optional<byte[]> read() throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(MOST_BYTES + 1);
      if (content.length > MOST_BYTES) {
        throw new IllegalArgumentException("it holds something else");
      }
      return Optional.of(content);
    }
  }

  @Override
  public void replace(byte[] content) throws IOException {
    forgetCurrent();
    Path temporary = sibling(file, ".tmp");
    Files.deleteIfExists(temporary); // Of a process that was killed while writing.
    FileChannel channel =
        FileChannel.open(
            temporary, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNER_FILE);
    try {
      byte[] padded = Arrays.copyOf(content, content.length + Math.max(ROOM, content.length));
      Arrays.fill(padded, content.length, padded.length, (byte) '\n');
      write(channel, padded, 0);
      channel.force(true);
      try {
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        throw new IOException("it cannot be replaced in one step; is it a mount of its own?", e);
      }
      // The name is durable only with its folder.
      try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
        names.force(true);
      }
      end = content.length;
      size = padded.length;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    current = channel;
  }

  @Override
  public boolean append(byte[] more) throws IOException {
    FileChannel channel = current;
    if (channel == null || end + more.length > size) {
      return false;
    }
    try {
      write(channel, more, end);
      channel.force(false);
      end += more.length;
      return true;
    } catch (IOException | RuntimeException e) {
      forgetCurrent();
      throw e;
    }
  }

  private static void write(FileChannel channel, byte[] bytes, long at) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(bytes);
    while (left.hasRemaining()) {
      channel.write(left, at + left.position());
    }
  }

  private void forgetCurrent() throws IOException {
    FileChannel channel = current;
    current = null;
    if (channel != null) {
      channel.close();
    }
  }

  @Override
  public void close() throws IOException {
    try {
      forgetCurrent();
    } finally {
      lockChannel.close();
    }
  }

  private static Path sibling(Path file, String suffix) {
    return file.resolveSibling(file.getFileName() + suffix);
  }
}
