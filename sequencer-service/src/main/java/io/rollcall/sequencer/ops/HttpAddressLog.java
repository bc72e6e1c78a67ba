package io.rollcall.sequencer.ops;

import io.rollcall.proto.ChainId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.event.EventListener;

/** Says the real HTTP address in one line, which matters most when any free port was asked for. */
public final class HttpAddressLog {

  private static final Logger log = LoggerFactory.getLogger(HttpAddressLog.class);

  private final ChainId ownChain;
  private final String host;

  /**
   * For this address.
   *
   * @param host where the server was told to listen; empty for every address
   */
  public HttpAddressLog(ChainId ownChain, String host) {
    this.ownChain = ownChain;
    this.host = host.isEmpty() ? "localhost" : host;
  }

  /** A web server listens: the application's, or the one for management. */
  @EventListener
  public void on(WebServerInitializedEvent event) {
    String name = event.getApplicationContext().getServerNamespace();
    log.info(
        "Sequencer of chain {}: {} on http://{}:{}",
        ownChain,
        name == null ? "HTTP" : name,
        host,
        event.getWebServer().getPort());
  }
}
