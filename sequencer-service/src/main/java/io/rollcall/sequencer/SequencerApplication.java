package io.rollcall.sequencer;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The sequencer's entry. */
@SpringBootApplication
public class SequencerApplication {

  /** Starts it. */
  public static void main(String[] arguments) {
    SpringApplication.run(SequencerApplication.class, arguments);
  }
}
