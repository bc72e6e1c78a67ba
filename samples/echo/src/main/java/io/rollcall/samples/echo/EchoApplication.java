package io.rollcall.samples.echo;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts a server on {@code transport.listen-addr}; {@link Echo} is all it does. */
@SpringBootApplication
public class EchoApplication {

  /** Takes any property as an argument: {@code --transport.listen-addr=:9000}. */
  public static void main(String[] arguments) {
    SpringApplication.run(EchoApplication.class, arguments);
  }
}
