package io.rollcall.system.chart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/**
 * A folder with the content of a Secret or ConfigMap, laid out as the kubelet does it: each name is
 * a link into {@code ..data}, and that is a link to a folder which is never changed, but replaced.
 */
final class Mount {

  private final Path folder;
  private int versions;

  Mount(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
  }

  /** Puts all of it there at once, in the place of what was there. */
  void set(Map<String, String> content) throws IOException {
    versions++;
    Path version = Files.createDirectory(folder.resolve("..version_" + versions));
    for (var file : content.entrySet()) {
      Files.writeString(version.resolve(file.getKey()), file.getValue());
    }
    Path made = Files.createSymbolicLink(folder.resolve("..data_tmp"), version.getFileName());
    Files.move(made, folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    for (String name : content.keySet()) {
      Path link = folder.resolve(name);
      if (!Files.isSymbolicLink(link)) {
        Files.createSymbolicLink(link, Path.of("..data", name));
      }
    }
    remove(folder.resolve("..version_" + (versions - 1)));
  }

  private static void remove(Path version) throws IOException {
    if (Files.exists(version)) {
      try (var files = Files.list(version)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(version);
    }
  }
}
