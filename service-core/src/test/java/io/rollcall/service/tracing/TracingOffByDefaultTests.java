package io.rollcall.service.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.tracing.Tracer;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class TracingOffByDefaultTests {

  /** What a service has, but for its own work. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Service {

    @Bean
    @ConditionalOnTracing
    String wiredWithTracing() {
      return "wired";
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "unrelated=1",
        "management.opentelemetry.tracing.export.otlp.endpoint=",
        "management.tracing.sampling.probability=1.0"
      })
  void withoutAnEndpointThereIsNoTracerAndNothingIsWired(String property) {
    try (ConfigurableApplicationContext context = started(property)) {
      assertThat(context.getBeanProvider(Tracer.class).getIfAvailable()).isNull();
      assertThat(context.getBeanProvider(SpanExporter.class).getIfAvailable()).isNull();
      assertThat(context.containsBean("wiredWithTracing")).isFalse();
    }
  }

  @Test
  void withAnEndpointThereAreATracerAndAnExporter() {
    try (ConfigurableApplicationContext context =
        started("management.opentelemetry.tracing.export.otlp.endpoint=http://127.0.0.1:1")) {
      assertThat(context.getBeanProvider(Tracer.class).getIfAvailable()).isNotNull();
      assertThat(context.getBeanProvider(SpanExporter.class).getIfAvailable()).isNotNull();
      assertThat(context.containsBean("wiredWithTracing")).isTrue();
    }
  }

  private static ConfigurableApplicationContext started(String property) {
    return new SpringApplicationBuilder(Service.class)
        .web(WebApplicationType.NONE)
        .properties("spring.main.banner-mode=off")
        .run("--" + property);
  }
}
