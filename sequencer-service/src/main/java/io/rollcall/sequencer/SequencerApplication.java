package io.rollcall.sequencer;

import io.rollcall.service.lifecycle.ServiceApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The sequencer's entry. */
@SpringBootApplication
public class SequencerApplication {

  /** Starts it. */
  public static void main(String[] arguments) {
    ServiceApplication.run(SequencerApplication.class, arguments);
  }
}
