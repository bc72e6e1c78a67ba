package io.rollcall.publisher.api;

import io.rollcall.publisher.coordination.PublisherCoordinator;
import io.rollcall.scp.ScpPublisher;
import java.util.concurrent.TimeoutException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The chains over HTTP. Answers 503 when the coordinator does not answer. */
@RestController
public final class ChainController {

  private final MachineQuestions machine;

  /** Asks this coordinator. */
  public ChainController(PublisherCoordinator coordinator) {
    this.machine = new MachineQuestions(coordinator);
  }

  @GetMapping("/v1/chains")
  ChainsResource chains() throws TimeoutException, InterruptedException {
    return ChainsResource.of(machine.ask(ScpPublisher::chains));
  }
}
