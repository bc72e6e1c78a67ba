package io.rollcall.transport.autoconfigure;

import io.rollcall.transport.TransportClient;
import io.rollcall.transport.TransportServer;
import io.rollcall.transport.health.ProblemHealthIndicator;
import io.rollcall.transport.health.TransportClientHealthIndicator;
import io.rollcall.transport.health.TransportServerHealthIndicator;
import io.rollcall.transport.session.ReplayMarks;
import io.rollcall.transport.trust.WatchedFile;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * Health contributors {@code transportServer}, {@code transportClient}, {@code replayFile} and
 * {@code trustedSequencersFile}, of whichever there is. Which health group holds them is for the
 * application to say.
 */
@AutoConfiguration(
    after = {TransportServerAutoConfiguration.class, TransportClientAutoConfiguration.class})
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
public final class TransportHealthAutoConfiguration {

  @Bean
  @ConditionalOnBean(TransportServer.class)
  @ConditionalOnEnabledHealthIndicator("transport-server")
  @ConditionalOnMissingBean(name = "transportServerHealthIndicator")
  TransportServerHealthIndicator transportServerHealthIndicator(TransportServer server) {
    return new TransportServerHealthIndicator(server);
  }

  @Bean
  @ConditionalOnBean(ReplayMarks.class)
  @ConditionalOnEnabledHealthIndicator("replay-file")
  @ConditionalOnMissingBean(name = "replayFileHealthIndicator")
  ProblemHealthIndicator replayFileHealthIndicator(ReplayMarks marks) {
    return new ProblemHealthIndicator(marks::problem);
  }

  @Bean
  @ConditionalOnBean(WatchedFile.class)
  @ConditionalOnEnabledHealthIndicator("trusted-sequencers-file")
  @ConditionalOnMissingBean(name = "trustedSequencersFileHealthIndicator")
  ProblemHealthIndicator trustedSequencersFileHealthIndicator(WatchedFile file) {
    return new ProblemHealthIndicator(file::problem);
  }

  @Bean
  @ConditionalOnBean(TransportClient.class)
  @ConditionalOnEnabledHealthIndicator("transport-client")
  @ConditionalOnMissingBean(name = "transportClientHealthIndicator")
  TransportClientHealthIndicator transportClientHealthIndicator(TransportClient client) {
    return new TransportClientHealthIndicator(client);
  }
}
