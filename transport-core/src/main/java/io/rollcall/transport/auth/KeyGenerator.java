package io.rollcall.transport.auth;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * The program behind {@code bin/keygen}: a new key pair, printed or written to files. Exit code 0
 * when done, 1 when a file is in the way or cannot be written, 2 for unknown arguments.
 */
final class KeyGenerator {

  private final SecureRandom random;
  private final PrintStream out;
  private final PrintStream err;

  KeyGenerator(SecureRandom random, PrintStream out, PrintStream err) {
    this.random = random;
    this.out = out;
    this.err = err;
  }

  /** Runs it and exits. */
  public static void main(String[] args) {
    System.exit(new KeyGenerator(new SecureRandom(), System.out, System.err).run(List.of(args)));
  }

  /**
   * No arguments: prints all. {@code --out FILE}: FILE gets the private key, FILE.pub the other.
   */
  int run(List<String> args) {
    if (args.isEmpty()) {
      KeyPair keyPair = KeyPairs.generate(random);
      out.println("private key: " + keyPair.secretHex());
      describe(keyPair);
      return 0;
    }
    if (args.size() == 2 && args.get(0).equals("--out") && !args.get(1).isBlank()) {
      return write(Path.of(args.get(1)));
    }
    err.println(
        "keygen: unknown arguments '%s', expected none or --out FILE"
            .formatted(String.join(" ", args)));
    return 2;
  }

  private int write(Path file) {
    Path publicFile = file.resolveSibling(file.getFileName() + ".pub");
    for (Path path : List.of(file, publicFile)) {
      if (Files.exists(path)) {
        err.println("keygen: " + path + " exists already and is not overwritten");
        return 1;
      }
    }
    KeyPair keyPair = KeyPairs.generate(random);
    try {
      writeNew(file, keyPair.secretHex(), "rw-------");
      try {
        writeNew(publicFile, keyPair.publicKey().hex(), "rw-r--r--");
      } catch (IOException e) {
        Files.delete(file); // Both or none: the next try would stumble over it.
        throw e;
      }
    } catch (FileAlreadyExistsException e) {
      err.println("keygen: " + e.getFile() + " exists already and is not overwritten");
      return 1;
    } catch (NoSuchFileException e) {
      err.println("keygen: cannot write " + file + ": its folder does not exist");
      return 1;
    } catch (IOException e) {
      err.println("keygen: cannot write " + file + ": " + e);
      return 1;
    }
    out.println("private key: written to " + file);
    describe(keyPair);
    return 0;
  }

  private void describe(KeyPair keyPair) {
    out.println("public key:  " + keyPair.publicKey().hex());
    out.println("address:     " + keyPair.publicKey().address());
  }

  /**
   * Writes a file that is there whole or not at all: under a name of its own first, then linked to
   * its real name, which fails when that exists. Renaming would overwrite.
   */
  private static void writeNew(Path file, String content, String permissions) throws IOException {
    Path temporary = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID());
    try {
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)))) {
        channel.write(ByteBuffer.wrap(content.getBytes(StandardCharsets.US_ASCII)));
        channel.force(true);
      }
      Files.createLink(file, temporary);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
