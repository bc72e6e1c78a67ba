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
 * The content of a replay file: a line that names the format and its version, then batches. A batch
 * is a line for each key - 66 hex digits, the timestamp, a CRC-32C of both -, one for all keys if
 * there is such a mark, and a last line with its number, from 0, that of its lines, and a CRC-32C
 * of both. A later batch counts more than one before it, and its mark for all keys, or that it has
 * none, counts alone; between and behind the others there may be empty lines.
 *
 * <p>So nothing that was cut off, changed or written by somebody else is taken for it, but for one
 * thing: a last batch that is not whole, behind the first, is what a process wrote when it was
 * killed. Nobody had been told that it was kept, and it does not count.
 */
final class MarksText {

  private static final String NAME = "rollcall replay marks, version ";
  private static final String VERSION = "4";

  /**
   * Had no mark for all keys, and else the same form. More than a bit from the one of today: a bit
   * that changed makes neither of the other.
   */
  private static final String VERSION_BEFORE = "2";

  private static final Pattern RECORD = Pattern.compile("(([0-9a-f]{66}) (-?\\d{1,19})) (\\w{8})");
  private static final Pattern ALL = Pattern.compile("(all (-?\\d{1,19})) (\\w{8})");
  private static final String END = "end ";
  private static final Pattern LAST =
      Pattern.compile("(" + END + "(\\d{1,9}) (\\d{1,9})) (\\w{8})");

  private MarksText() {}

  /** The bytes of a file with one batch; keys in an order that does not depend on chance. */
  static byte[] encode(Marks marks) {
    return bytes(NAME + VERSION + "\n", 0, marks);
  }

  /** The bytes of one more batch, the one of this number. */
  static byte[] encodeBatch(int number, Marks marks) {
    return bytes("", number, marks);
  }

  private static byte[] bytes(String before, int number, Marks marks) {
    SortedMap<ByteString, Long> sorted =
        new TreeMap<>(ByteString.unsignedLexicographicalComparator());
    sorted.putAll(marks.ofKeys());
    StringBuilder text = new StringBuilder(before);
    sorted.forEach((key, timestamp) ->
        append(text, HexFormat.of().formatHex(key.toByteArray()) + " " + timestamp));
    int lines = sorted.size();
    if (marks.ofAll() != Marks.NONE) {
      append(text, "all " + marks.ofAll());
      lines++;
    }
    append(text, END + number + " " + lines);
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static void append(StringBuilder text, String record) {
    text.append(record).append(' ').append(crc(record)).append('\n');
  }

  /**
   * Reads what {@link #encode} made, and batches behind it.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  static Marks decode(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    if (!text.startsWith(NAME)) {
      throw new IllegalArgumentException("it holds something else");
    }
    List<String> lines = List.of(text.split("\n", -1));
    String version = lines.getFirst().substring(NAME.length());
    if (!version.equals(VERSION) && !version.equals(VERSION_BEFORE)) {
      throw new IllegalArgumentException(
          "it has version " + shown(version) + ", not " + VERSION + " or " + VERSION_BEFORE);
    }
    Map<ByteString, Long> marks = new HashMap<>();
    long ofAll = Marks.NONE;
    int line = 1;
    for (int number = 0; number == 0 || !isEmpty(lines, line); number++) {
      Batch batch = new Batch();
      int next;
      try {
        next = readBatch(lines, line, number, batch);
      } catch (IllegalArgumentException damaged) {
        if (number == 0 || !isLastBatch(lines, line, number)) {
          throw damaged;
        }
        return new Marks(marks, ofAll);
      }
      marks.putAll(batch.ofKeys);
      ofAll = batch.ofAll;
      line = next;
    }
    return new Marks(marks, ofAll);
  }

  /** Returns where the next batch begins. */
  private static int readBatch(List<String> lines, int from, int number, Batch batch) {
    for (int line = from; line < lines.size() - 1; line++) {
      String content = lines.get(line);
      if (content.startsWith(END)) {
        if (!isEnd(content, number, batch.lines())) {
          throw new IllegalArgumentException(
              "line " + (line + 1) + " does not fit those before it");
        }
        return line + 1;
      }
      read(content, line + 1, batch);
    }
    throw new IllegalArgumentException("its end is missing");
  }

  private static boolean isEnd(String line, int number, int size) {
    Matcher last = LAST.matcher(line);
    return last.matches()
        && crc(last.group(1)).equals(last.group(4))
        && Integer.parseInt(last.group(2)) == number
        && Integer.parseInt(last.group(3)) == size;
  }

  /** Whether the lines may be those of this one batch alone: no other one has its end there. */
  private static boolean isLastBatch(List<String> lines, int from, int number) {
    for (int line = from; line < lines.size(); line++) {
      Matcher last = LAST.matcher(lines.get(line));
      if (last.matches() && crc(last.group(1)).equals(last.group(4))) {
        return Integer.parseInt(last.group(2)) == number && isEmpty(lines, line + 1);
      }
    }
    return true;
  }

  private static boolean isEmpty(List<String> lines, int from) {
    return lines.subList(from, lines.size()).stream().allMatch(String::isEmpty);
  }

  private static void read(String content, int line, Batch batch) {
    Matcher record = RECORD.matcher(content);
    Matcher all = ALL.matcher(content);
    if (record.matches() && crc(record.group(1)).equals(record.group(4))) {
      ByteString key = ByteString.fromHex(record.group(2));
      if (batch.ofKeys.put(key, Long.valueOf(record.group(3))) != null) {
        throw new IllegalArgumentException("line " + line + " repeats a key");
      }
    } else if (all.matches() && crc(all.group(1)).equals(all.group(3)) && !batch.isOfAll()) {
      batch.ofAll = Long.parseLong(all.group(2));
    } else {
      throw new IllegalArgumentException("line " + line + " is damaged");
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

  /** What was read of one batch. */
  private static final class Batch {
    private final Map<ByteString, Long> ofKeys = new HashMap<>();
    private long ofAll = Marks.NONE;

    private boolean isOfAll() {
      return ofAll != Marks.NONE;
    }

    private int lines() {
      return ofKeys.size() + (isOfAll() ? 1 : 0);
    }
  }
}
