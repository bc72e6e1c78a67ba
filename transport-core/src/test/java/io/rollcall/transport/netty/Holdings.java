package io.rollcall.transport.netty;

import io.rollcall.transport.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What a server holds for its peers, seen through one of its links. */
final class Holdings {

  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  private final LinkContext context;
  private final long descriptors;

  private Holdings(LinkContext context) {
    this.context = context;
    this.descriptors = descriptors();
  }

  /** Remembers what is open now; all other connections are to end before it is asked. */
  static Holdings of(ServerFixture fixture, String connectionId) {
    return new Holdings(link(fixture, connectionId).context());
  }

  /** The link of a connection. */
  static Link link(ServerFixture fixture, String connectionId) {
    return ((NettyConnection) fixture.server.connection(connectionId).orElseThrow()).link();
  }

  /** Asks what only the link's event loop may look at, behind whatever that does just now. */
  static <T> T onLoop(Link link, Callable<T> question) {
    try {
      return link.loop().submit(question).get(10, TimeUnit.SECONDS);
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }

  /** Part of the inbound budget that partial frames hold. */
  double inbound() {
    return context.inbound().utilization();
  }

  /** Bytes that wait in all outbound queues, a shared one once. */
  long outbound() {
    return context.frames().budget().held();
  }

  /** Waits until buffers are given back and no more descriptors are open than at first. */
  void awaitGivenBack() {
    Await.until("no partial frame is held", () -> inbound() == 0);
    Await.until("nothing is queued", () -> outbound() == 0);
    Await.until(
        "no more than " + descriptors + " descriptors are open",
        () -> descriptors() <= descriptors);
  }

  /**
   * Sockets, pipes and event descriptors of this process; files are the class loader's business.
   */
  static long descriptors() {
    if (!Files.exists(DESCRIPTORS)) {
      return 0;
    }
    try (Stream<Path> open = Files.list(DESCRIPTORS)) {
      return open.filter(Holdings::isNoFile).count();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static boolean isNoFile(Path descriptor) {
    try {
      return !Files.readSymbolicLink(descriptor).startsWith("/");
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }
}
