package io.rollcall.system;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * One packaged service as in a pod: its working folder holds what is mounted there, and names of
 * the cluster are found in a file.
 */
public final class Pod implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final ServiceProcess process;

  private Pod(ServiceProcess process) {
    this.process = process;
  }

  /**
   * Starts it, and waits until it is ready.
   *
   * @param service publisher or sequencer
   * @param folder its working folder
   * @param hosts addresses and names, as in {@code /etc/hosts}
   * @param arguments what a test must have otherwise than the cluster
   */
  public static Pod start(String service, Path folder, Path hosts, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--server.port=0");
    // Where HTTP is, so that one port has to be found and not two.
    all.add("--management.server.port=");
    Path repository = Path.of("..").toAbsolutePath().normalize();
    ServiceProcess process =
        ServiceProcess.launch(
            service,
            ServiceProcess.jar(repository, service + "-service"),
            folder,
            List.of(),
            List.of("-Djdk.net.hosts.file=" + hosts.toAbsolutePath()),
            all);
    Pod pod = new Pod(process);
    try {
      process.awaitReady();
    } catch (RuntimeException failed) {
      pod.close();
      throw failed;
    }
    return pod;
  }

  /** What the first group of a pattern matches in its log, once it does. */
  public String awaitInLog(String pattern) {
    return process.awaitInLog(Pattern.compile(pattern));
  }

  /** Its connection with that peer, as {@code /actuator/transport} shows it, once there is one. */
  public JsonNode awaitConnection(String identity) {
    List<JsonNode> found = new ArrayList<>();
    Waiting.until(
        "a connection with " + identity,
        LIMIT,
        () -> {
          JsonNode transport = process.http().json("/actuator/transport");
          found.clear();
          transport.at("/server/connections").forEach(found::add);
          found.add(transport.at("/client/connection"));
          found.removeIf(each -> !each.path("identity").asString("").equals(identity));
          return !found.isEmpty();
        });
    return found.getFirst();
  }

  @Override
  public void close() {
    process.close();
  }
}
