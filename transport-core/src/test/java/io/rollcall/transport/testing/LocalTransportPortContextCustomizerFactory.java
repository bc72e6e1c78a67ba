package io.rollcall.transport.testing;

import io.rollcall.transport.event.TransportServerStartedEvent;
import java.util.List;
import java.util.Map;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.MergedContextConfiguration;

/** Puts the port of a started server into the environment; see {@link LocalTransportPort}. */
final class LocalTransportPortContextCustomizerFactory implements ContextCustomizerFactory {

  static final String PROPERTY = "local.transport.port";

  @Override
  public ContextCustomizer createContextCustomizer(
      Class<?> testClass, List<ContextConfigurationAttributes> configAttributes) {
    return new Customizer();
  }

  /** Without state, so that all of them are equal and the test framework caches contexts. */
  record Customizer() implements ContextCustomizer {

    @Override
    public void customizeContext(
        ConfigurableApplicationContext context, MergedContextConfiguration mergedConfig) {
      context.addApplicationListener(new PortPublisher(context.getEnvironment()));
    }
  }

  /** A class and not a lambda: the event's type must be found at run time. */
  private record PortPublisher(ConfigurableEnvironment environment)
      implements ApplicationListener<PayloadApplicationEvent<TransportServerStartedEvent>> {

    @Override
    public void onApplicationEvent(PayloadApplicationEvent<TransportServerStartedEvent> event) {
      environment
          .getPropertySources()
          .addFirst(
              new MapPropertySource(
                  PROPERTY, Map.of(PROPERTY, event.getPayload().address().getPort())));
    }
  }
}
