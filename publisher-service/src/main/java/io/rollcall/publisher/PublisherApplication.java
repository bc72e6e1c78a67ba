package io.rollcall.publisher;

import org.springframework.boot.SpringApplication;
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
    SpringApplication.run(PublisherApplication.class, arguments);
  }
}
