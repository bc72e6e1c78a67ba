package io.rollcall.sequencer.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.scp.ScpSequencer;
import io.rollcall.scp.SequencerInput;
import io.rollcall.scp.SequencerRules;
import io.rollcall.sequencer.coordination.PublisherGateway;
import io.rollcall.sequencer.coordination.SequencerCoordinator;
import io.rollcall.sequencer.coordination.XtArchive;
import io.rollcall.sequencer.testing.FakeExecution;
import io.rollcall.sequencer.testing.FakeJournal;
import io.rollcall.sequencer.testing.Xts;
import io.rollcall.service.testing.ManualNanoClock;
import io.rollcall.service.testing.Waiting;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.SecurityContext;

class DoubtEndpointTests {

  private static final CrossChainTransaction XT =
      Xts.xt(
          Xts.entry(1, ByteString.copyFromUtf8("own")), Xts.entry(2, ByteString.copyFromUtf8("x")));

  private final ManualNanoClock clock = new ManualNanoClock();
  private final ConcurrentLinkedQueue<XtId> voted = new ConcurrentLinkedQueue<>();
  private final SequencerCoordinator coordinator =
      new SequencerCoordinator(
          new ScpSequencer(SequencerRules.defaults(ChainId.of(1))),
          new FakeJournal(),
          XtArchive.NONE,
          new FakeExecution(),
          new PublisherGateway() {
            @Override
            public void sendVote(XtId id, boolean yes, String reason) {
              voted.add(id);
            }

            @Override
            public void sendSubmission(CrossChainTransaction xt) {}
          },
          List.of(),
          clock,
          _ -> {});

  private final DoubtEndpoint endpoint = new DoubtEndpoint(coordinator);

  @BeforeEach
  void start() throws Exception {
    coordinator.start();
    coordinator.submit(new SequencerInput.Connected());
    coordinator.submit(new SequencerInput.StartReceived(XT));
    Waiting.until("the vote", () -> voted.contains(XT.id()));
  }

  @AfterEach
  void stop() throws InterruptedException {
    assertThat(coordinator.stop(Duration.ofSeconds(10))).isTrue();
  }

  private void doubt() throws Exception {
    clock.pass(Duration.ofSeconds(61));
    coordinator.submit(new SequencerInput.Tick());
    coordinator.ask(ScpSequencer::openCount).get(10, TimeUnit.SECONDS);
  }

  @Test
  void listsWhatIsInDoubt() throws Exception {
    assertThat(endpoint.inDoubt().inDoubt()).isEmpty();
    doubt();

    assertThat(endpoint.inDoubt().inDoubt())
        .singleElement()
        .satisfies(xt -> {
          assertThat(xt.id()).isEqualTo(XT.id().hex());
          assertThat(xt.chains()).containsExactly("1", "2");
          assertThat(xt.votedAt()).isNotNull();
        });
  }

  @Test
  void theEndpointOfOpenXtsShowsItBeforeAndAfterItIsInDoubt() throws Exception {
    OpenXtsEndpoint open = new OpenXtsEndpoint(coordinator);
    assertThat(open.xts().open()).isEqualTo(1);
    assertThat(open.xts().submitted()).isZero();
    assertThat(open.xts().oldest())
        .singleElement()
        .satisfies(xt -> {
          assertThat(xt.id()).isEqualTo(XT.id().hex());
          assertThat(xt.chains()).containsExactly("1", "2");
          assertThat(xt.phase()).isEqualTo("voted_yes");
          assertThat(xt.votedAt()).isNotNull();
          assertThat(xt.inDoubt()).isFalse();
        });
    doubt();

    assertThat(open.xts().oldest())
        .singleElement()
        .satisfies(xt -> assertThat(xt.inDoubt()).isTrue());
  }

  @Test
  void endsItInTheNameOfWhoeverCalls() throws Exception {
    doubt();

    assertThat(endpoint.resolve(nobody(), XT.id().hex(), "commit", "ann of operations"))
        .isEqualTo(
            new DoubtEndpoint.ResolvedDescriptor(XT.id().hex(), "committed", "ann of operations"));
    assertThat(endpoint.inDoubt().inDoubt()).isEmpty();
  }

  @Test
  void theNameOfAnAuthenticatedCallerCounts() throws Exception {
    doubt();

    assertThat(endpoint.resolve(somebody("ben"), XT.id().hex(), "abort", "ann").by())
        .isEqualTo("ben");
  }

  @Test
  void whatIsNotInDoubtIsLeftAlone() {
    assertThatThrownBy(() -> endpoint.resolve(nobody(), XT.id().hex(), "commit", "ann"))
        .isInstanceOf(InvalidEndpointRequestException.class)
        .hasMessageContaining("is not in doubt here");
  }

  @Test
  void saysWhatIsWrongWithARequest() throws Exception {
    doubt();
    assertThatThrownBy(() -> endpoint.resolve(nobody(), "xyz", "commit", "ann"))
        .hasMessage("id is 'xyz', expected 64 hex digits");
    assertThatThrownBy(() -> endpoint.resolve(nobody(), XT.id().hex(), "yes", "ann"))
        .hasMessage("outcome is 'yes', expected commit or abort");
    for (String name : new String[] {null, "", "a\nb", "x".repeat(65)}) {
      assertThatThrownBy(() -> endpoint.resolve(nobody(), XT.id().hex(), "commit", name))
          .hasMessageContaining("operator is missing or no name");
    }
    assertThat(endpoint.inDoubt().inDoubt()).hasSize(1);
  }

  private static SecurityContext nobody() {
    return SecurityContext.NONE;
  }

  private static SecurityContext somebody(String name) {
    return new SecurityContext() {
      @Override
      public Principal getPrincipal() {
        return () -> name;
      }

      @Override
      public boolean isUserInRole(String role) {
        return false;
      }
    };
  }
}
