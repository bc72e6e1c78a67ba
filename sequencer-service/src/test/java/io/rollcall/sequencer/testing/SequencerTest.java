package io.rollcall.sequencer.testing;

import io.rollcall.sequencer.SequencerApplication;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.micrometer.metrics.test.autoconfigure.AutoConfigureMetrics;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Import;

/**
 * A whole sequencer of chain 55555 on a free HTTP port, with a {@link FakePublisher}. Wallets 1 to
 * 6 have 1000 wei each; a test class keeps to a wallet of its own, because the context is shared.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@AutoConfigureMetrics
@Import(FakePublisherConfiguration.class)
@SpringBootTest(
    classes = SequencerApplication.class,
    webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
    properties = {
      "sequencer.chain-id=55555",
      "transport.server-addr=publisher.test:8080",
      "sequencer.execution.genesis.0x7e5f4552091a69125d5dfcb7b8c2659029395bdf=1000",
      "sequencer.execution.genesis.0x2b5ad5c4795c026514f8317c7a215e218dccd6cf=1000",
      "sequencer.execution.genesis.0x6813eb9362372eef6200f3b1dbc3f819671cba69=1000",
      "sequencer.execution.genesis.0x1eff47bc3a10a45d4b230b5d10e37751fe6aa718=1000",
      "sequencer.execution.genesis.0xe1ab8145f7e55dc933d51a18c793f901a3a0b276=1000",
      "sequencer.execution.genesis.0xe57bfe9f44b819898f47bf37e5af72a0783e1141=1000"
    })
public @interface SequencerTest {

  /** The chain of the sequencer under test. */
  long CHAIN = 55_555;
}
