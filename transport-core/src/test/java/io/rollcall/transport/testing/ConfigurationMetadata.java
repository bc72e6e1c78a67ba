package io.rollcall.transport.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What an editor or a manual is told of the configuration properties on the class path. Stateless,
 * any thread.
 */
public final class ConfigurationMetadata {

  private static final String RESOURCE = "META-INF/spring-configuration-metadata.json";

  private ConfigurationMetadata() {}

  /**
   * The properties whose names begin like this.
   *
   * @return by name, the simple name of the type and, behind {@code " = "}, the default if it has
   *     one of its own
   * @throws AssertionError when one has no description
   */
  public static SortedMap<String, String> of(String prefix) {
    SortedMap<String, String> found = new TreeMap<>();
    try {
      ClassLoader loader = ConfigurationMetadata.class.getClassLoader();
      for (URL resource : Collections.list(loader.getResources(RESOURCE))) {
        try (InputStream json = resource.openStream()) {
          for (JsonNode property : JsonMapper.shared().readTree(json).path("properties")) {
            String name = property.path("name").asString();
            if (name.startsWith(prefix)) {
              found.put(name, describe(name, property));
            }
          }
        }
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    return found;
  }

  private static String describe(String name, JsonNode property) {
    if (property.path("description").asString("").isBlank()) {
      throw new AssertionError(name + " has no description");
    }
    String type = property.path("type").asString().replaceAll("[\\w.$]*[.$](?=\\w)", "");
    JsonNode value = property.path("defaultValue");
    return value.isMissingNode() ? type : type + " = " + value.asString();
  }
}
