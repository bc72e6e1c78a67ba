package io.rollcall.sequencer.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.service.storage.StorageException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;
import org.springframework.http.ProblemDetail;

class ProblemAdviceTests {

  @Test
  void aProjectionThatIsAwayIsSaidInOneSentenceAndMayBeAskedAgain() {
    StorageException away =
        new StorageException("the projection postgresql x cannot be read: gone");

    ProblemDetail problem = new ProblemAdvice().away(new UncheckedIOException(away));

    assertThat(problem.getStatus()).isEqualTo(503);
    assertThat(problem.getDetail()).isEqualTo("the projection postgresql x cannot be read: gone");
  }
}
