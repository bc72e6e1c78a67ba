package io.rollcall.transport.replay;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * The content of a replay file: a line that names the format and its version, a line for each key -
 * 66 hex digits, the timestamp, a CRC-32C of both - and a last line with their number. So nothing
 * that was cut off, changed or written by somebody else is taken for it.
 */
final class MarksText {

  private static final String NAME = "rollcall replay marks, version ";
  private static final String VERSION = "1";
  private static final String END = "end ";
  private static final Pattern RECORD = Pattern.compile("(([0-9a-f]{66}) (-?\\d{1,19})) (\\w{8})");

  private MarksText() {}

  /** The bytes of a file; keys in an order that does not depend on chance. */
  static byte[] encode(Map<ByteString, Long> marks) {
    SortedMap<ByteString, String> lines = lines();
    marks.forEach((key, timestamp) -> lines.put(key, line(key, timestamp)));
    return join(lines);
  }

  /** For the lines of a file by their keys, in the order in which they stand there. */
  static SortedMap<ByteString, String> lines() {
    return new TreeMap<>(ByteString.unsignedLexicographicalComparator());
  }

  /** One key's line; whoever writes a file again and again keeps those that do not change. */
  static String line(ByteString key, long timestamp) {
    String record = HexFormat.of().formatHex(key.toByteArray()) + " " + timestamp;
    return record + " " + crc(record) + "\n";
  }

  /** The bytes of a file of these lines. */
  static byte[] join(SortedMap<ByteString, String> lines) {
    StringBuilder text = new StringBuilder(NAME).append(VERSION).append('\n');
    lines.values().forEach(text::append);
    text.append(END).append(lines.size()).append('\n');
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Reads what {@link #encode} made.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  static Map<ByteString, Long> decode(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    if (!text.startsWith(NAME)) {
      throw new IllegalArgumentException("it holds something else");
    }
    List<String> lines = List.of(text.split("\n", -1));
    String version = lines.getFirst().substring(NAME.length());
    if (!version.equals(VERSION)) {
      throw new IllegalArgumentException("it has version " + shown(version) + ", not " + VERSION);
    }
    Map<ByteString, Long> marks = new HashMap<>();
    for (int line = 1; line < lines.size() - 1; line++) {
      String content = lines.get(line);
      if (content.startsWith(END)) {
        boolean last = line == lines.size() - 2 && lines.getLast().isEmpty();
        if (!last || !content.equals(END + marks.size())) {
          throw new IllegalArgumentException("its last line does not fit the others");
        }
        return marks;
      }
      read(content, line + 1, marks);
    }
    throw new IllegalArgumentException("its end is missing");
  }

  private static void read(String content, int line, Map<ByteString, Long> marks) {
    Matcher record = RECORD.matcher(content);
    if (!record.matches() || !crc(record.group(1)).equals(record.group(4))) {
      throw new IllegalArgumentException("line " + line + " is damaged");
    }
    ByteString key = ByteString.fromHex(record.group(2));
    if (marks.put(key, Long.valueOf(record.group(3))) != null) {
      throw new IllegalArgumentException("line " + line + " repeats a key");
    }
  }

  private static String crc(String record) {
    CRC32C crc = new CRC32C();
    crc.update(record.getBytes(StandardCharsets.US_ASCII));
    return HexFormat.of().toHexDigits(crc.getValue(), 8);
  }

  private static String shown(String text) {
    return text.length() <= 10 && text.chars().allMatch(Character::isDigit) ? text : "unknown";
  }
}
