package io.rollcall.transport.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import io.rollcall.transport.metrics.MicrometerTransportMetrics;
import io.rollcall.transport.metrics.TransportMetrics;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** The transport's meters, where Micrometer has a registry. */
@AutoConfiguration(
    afterName = {
      "org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration",
      "org.springframework.boot.micrometer.metrics.autoconfigure"
          + ".CompositeMeterRegistryAutoConfiguration"
    })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(MeterRegistry.class)
public final class TransportMetricsAutoConfiguration {

  @Bean
  @ConditionalOnMissingBean(TransportMetrics.class)
  MicrometerTransportMetrics micrometerTransportMetrics(MeterRegistry registry) {
    return new MicrometerTransportMetrics(registry);
  }
}
