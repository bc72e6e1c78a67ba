package io.rollcall.transport.trust;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small file whose content is looked at every {@link #PERIOD}, whatever becomes of it: replaced,
 * written in place, a link that points elsewhere now. Nothing depends on times or on being told.
 *
 * <p>What is found counts when the next look finds the same, so a file that is half written is not
 * taken, and neither is one that is away for a moment. What cannot be read or used changes nothing:
 * it is one line at ERROR, {@link #problem()} says it, and it is over when the file is right again.
 *
 * <p>Owns a thread named {@code trusted-sequencers-file} from {@link #start()} to {@link #close()}.
 */
public final class WatchedFile implements AutoCloseable {

  /** The longest file. */
  public static final int MOST_BYTES = 1 << 20;

  /** Between two looks: a change is used after two of them at most, and what they take. */
  static final Duration PERIOD = Duration.ofMillis(200);

  /** A look that takes longer is a problem too: the disk, or the network before it. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Logger log = LoggerFactory.getLogger(WatchedFile.class);

  private final String name;
  private final Path file;
  private final Consumer<ByteString> use;
  private final LongSupplier nanoTime;
  private final ScheduledExecutorService looks =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("trusted-sequencers-file").factory());

  // Of the thread.
  private Found settled;
  private @Nullable Found seenOnce;

  private volatile @Nullable String problem;
  private volatile long lookBegan;

  /** What a look found: content, or why there is none. */
  private sealed interface Found {

    record Content(ByteString bytes) implements Found {}

    record Nothing(String why) implements Found {}
  }

  /**
   * Watches nothing yet.
   *
   * @param name what the log calls it: a property
   * @param used its content as far as it is in use already
   * @param use takes what it holds now, on the thread; an {@link IllegalArgumentException} says
   *     what is wrong with that, and then nothing may have changed
   */
  public WatchedFile(String name, Path file, ByteString used, Consumer<ByteString> use) {
    this(name, file, used, use, System::nanoTime);
  }

  WatchedFile(
      String name, Path file, ByteString used, Consumer<ByteString> use, LongSupplier nanoTime) {
    this.name = name;
    this.file = file;
    this.use = use;
    this.nanoTime = nanoTime;
    this.settled = new Found.Content(used);
  }

  /**
   * What a file holds.
   *
   * @throws IllegalArgumentException saying why it cannot be read, in words that follow its name
   */
  public static ByteString read(Path file) {
    try {
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        throw new IllegalArgumentException("it is no file");
      }
      try (InputStream in = Files.newInputStream(file)) {
        byte[] bytes = in.readNBytes(MOST_BYTES + 1);
        if (bytes.length > MOST_BYTES) {
          throw new IllegalArgumentException("it has more than 1 MB");
        }
        return ByteString.copyFrom(bytes);
      }
    } catch (NoSuchFileException gone) {
      throw new IllegalArgumentException("it does not exist", gone);
    } catch (AccessDeniedException denied) {
      throw new IllegalArgumentException("it may not be read", denied);
    } catch (IOException e) {
      throw new IllegalArgumentException("it cannot be read: " + why(e), e);
    }
  }

  private static String why(IOException e) {
    return e instanceof FileSystemException failed && failed.getReason() != null
        ? failed.getReason()
        : String.valueOf(e.getMessage());
  }

  /** Begins to look. */
  public void start() {
    var _ =
        looks.scheduleWithFixedDelay(
            this::lookSafely, PERIOD.toNanos(), PERIOD.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Why what the file holds is not what is in use; empty when it is. */
  public Optional<String> problem() {
    long began = lookBegan;
    return began != 0 && nanoTime.getAsLong() - began > PATIENCE.toNanos()
        ? Optional.of(
            name + ": reading " + file + " takes longer than " + PATIENCE.toSeconds() + " s")
        : Optional.ofNullable(problem);
  }

  private void lookSafely() {
    lookBegan = nanoTime.getAsLong() | 1;
    try {
      look();
    } catch (RuntimeException fault) {
      problem = "%s: %s could not be looked at, by a fault of this program".formatted(name, file);
      log.error("{}: {} could not be looked at", name, file, fault);
    } finally {
      lookBegan = 0;
    }
  }

  /** One look. */
  void look() {
    Found found = find();
    if (found.equals(settled)) {
      seenOnce = null;
    } else if (!found.equals(seenOnce)) {
      seenOnce = found;
    } else {
      seenOnce = null;
      settled = found;
      settle(found);
    }
  }

  private Found find() {
    try {
      return new Found.Content(read(file));
    } catch (IllegalArgumentException e) {
      return new Found.Nothing(String.valueOf(e.getMessage()));
    }
  }

  private void settle(Found found) {
    switch (found) {
      case Found.Nothing(String why) -> failing(why);
      case Found.Content(ByteString bytes) -> {
        try {
          use.accept(bytes);
          if (problem != null) {
            problem = null;
            log.info("{}: {} is read again", name, file);
          }
        } catch (IllegalArgumentException wrong) {
          failing(String.valueOf(wrong.getMessage()));
        }
      }
    }
  }

  private void failing(String why) {
    String text = "%s: %s is not used: %s".formatted(name, file, why);
    if (!text.equals(problem)) {
      log.error("{}; what it said before still holds", text);
    }
    problem = text;
  }

  /** Ends the looks; does not wait for one that is under way. */
  @Override
  public void close() {
    looks.shutdownNow();
  }
}
