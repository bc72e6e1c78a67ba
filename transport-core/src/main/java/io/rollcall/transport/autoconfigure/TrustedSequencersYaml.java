package io.rollcall.transport.autoconfigure;

import com.google.protobuf.ByteString;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.autoconfigure.AuthProperties.TrustedSequencer;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * The file {@code auth.trusted-sequencers-file}: what may stand below {@code
 * auth.trusted-sequencers}. Every word in it is taken as it is written, so that a key of digits
 * alone is no number, and {@code 0} or {@code no} may be an id.
 */
final class TrustedSequencersYaml {

  private static final String ENTRY = "entry";

  private static final String FORM =
      "an entry is a public key, or has public-keys, chain-ids and connections, and handshake";

  private TrustedSequencersYaml() {}

  /**
   * Who the file trusts.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  static List<TrustedEntry> read(ByteString content) {
    Node root = compose(text(content));
    if (root == null) {
      throw new IllegalArgumentException(
          "it is empty, expected ids and their keys, or {} for nobody");
    }
    if (!(root instanceof MappingNode ids)) {
      throw new IllegalArgumentException(
          "it is no YAML object, expected ids and their keys, or {} for nobody");
    }
    Map<String, TrustedSequencer> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : ids.getValue()) {
      String id = id(scalar(tuple.getKeyNode(), "an id"));
      if (entries.put(id, entry(id, tuple.getValueNode())) != null) {
        throw new IllegalArgumentException("'" + id + "' is in it twice, expected once");
      }
    }
    try {
      return TrustedEntries.of("", entries);
    } catch (InvalidPropertyException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static String text(ByteString content) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(content.asReadOnlyByteBuffer()).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("it is no text in UTF-8", e);
    }
  }

  private static @Nullable Node compose(String text) {
    try {
      // Only the safe constructor could be used, and none is: the words stay words.
      return new Yaml(new SafeConstructor(new LoaderOptions())).compose(new StringReader(text));
    } catch (MarkedYAMLException e) {
      throw new IllegalArgumentException(
          e.getProblemMark() == null
              ? "it is no YAML"
              : "it is no YAML at line " + (e.getProblemMark().getLine() + 1),
          e);
    } catch (YAMLException e) {
      throw new IllegalArgumentException("it is no YAML", e);
    }
  }

  /** Brackets are how a property's name holds any characters; moved to the file they may stay. */
  private static String id(String written) {
    return written.startsWith("[") && written.endsWith("]")
        ? written.substring(1, written.length() - 1)
        : written;
  }

  private static TrustedSequencer entry(String id, Node node) {
    Map<String, String> properties = new LinkedHashMap<>();
    switch (node) {
      case ScalarNode key -> properties.put(ENTRY, key.getValue());
      case MappingNode members -> {
        Set<String> seen = new HashSet<>();
        for (NodeTuple tuple : members.getValue()) {
          String member = scalar(tuple.getKeyNode(), "a member of '" + id + "'");
          checkMember(id, member, tuple.getValueNode());
          if (!seen.add(TrustedEntries.plain(member))) {
            throw new IllegalArgumentException(
                "%s.%s is in it twice, expected once".formatted(id, member));
          }
          values(properties, id + "." + member, ENTRY + "." + member, tuple.getValueNode());
        }
      }
      default -> throw new IllegalArgumentException("'" + id + "' has another form: " + FORM);
    }
    try {
      return new Binder(new MapConfigurationPropertySource(properties))
          .bindOrCreate(ENTRY, Bindable.of(TrustedSequencer.class));
    } catch (BindException e) {
      throw new IllegalArgumentException(
          "%s is '%s'; expected a value of another form: %s"
              .formatted(
                  e.getName().toString().replaceFirst("^" + ENTRY, id),
                  e.getProperty() == null ? "" : e.getProperty().getValue(),
                  FORM),
          e);
    }
  }

  private static void checkMember(String id, String member, Node value) {
    try {
      TrustedEntries.checkMember(
          id, member, value instanceof ScalarNode scalar ? scalar.getValue() : "...");
    } catch (InvalidPropertyException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static void values(
      Map<String, String> properties, String name, String property, Node node) {
    switch (node) {
      case ScalarNode scalar -> properties.put(property, scalar.getValue());
      case SequenceNode list -> {
        int index = 0;
        for (Node value : list.getValue()) {
          properties.put(property + "[" + index++ + "]", scalar(value, name));
        }
      }
      default ->
          throw new IllegalArgumentException(name + " is an object, expected a value or a list");
    }
  }

  private static String scalar(Node node, String what) {
    if (node instanceof ScalarNode scalar) {
      return scalar.getValue();
    }
    throw new IllegalArgumentException(what + " is no single word, expected one");
  }
}
