package io.rollcall.publisher;

import io.rollcall.service.lifecycle.ServiceApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts the publisher. Everything it is made of is wired in {@code config}. */
@SpringBootApplication
public class PublisherApplication {

  /** For Spring. */
  PublisherApplication() {}

  /**
   * Runs until it is told to stop; arguments are properties, for example {@code --server.port=0}.
   */
  public static void main(String[] arguments) {
    ServiceApplication.run(PublisherApplication.class, arguments);
  }
}
