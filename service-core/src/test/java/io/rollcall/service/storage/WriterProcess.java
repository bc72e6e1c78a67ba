package io.rollcall.service.storage;

import java.util.Optional;

/**
 * A process of its own that writes words to a log in SQLite and says each one that is durable,
 * until it is killed or cannot. Its exit code is that of a {@link StorageException} when that ends
 * it.
 */
public final class WriterProcess {

  private WriterProcess() {}

  /**
   * Writes.
   *
   * @param arguments the file, how many words, how many bytes each has at least, and {@code wait}
   *     to stay until it is killed
   */
  public static void main(String[] arguments) throws Exception {
    int count = Integer.parseInt(arguments[1]);
    String padding = "x".repeat(Integer.parseInt(arguments[2]));
    try (Storage storage =
            Storage.open(
                new StorageSettings(
                    "jdbc:sqlite:" + arguments[0], Optional.empty(), Optional.empty()),
                StorageKind.PUBLISHER);
        Projector<String> projector = storage.projector(new Words())) {
      storage.log().read(row -> projector.replay(row.position(), row.batch().toStringUtf8()));
      projector.start();
      System.out.println("holds " + storage.log().last().sequence());
      for (int i = 0; i < count; i++) {
        String word = "word " + i + padding;
        projector.put(storage.log().append(Words.bytes(word)), word);
        System.out.println("written " + i);
      }
      while (projector.appliedSequence() < storage.log().last().sequence()) {
        Thread.onSpinWait();
      }
      System.out.println("projected");
      if (arguments.length > 3) {
        Thread.currentThread().join();
      }
    } catch (StorageException failed) {
      System.out.println("failed: " + failed.getMessage());
      System.exit(StorageException.EXIT_CODE);
    }
  }
}
