package io.rollcall.publisher.config;

import io.rollcall.transport.autoconfigure.InvalidPropertyException;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/** Stops start-up of a publisher that would not listen; looks before any bean is made. */
final class ListenAddressCheck implements BeanFactoryPostProcessor {

  private static final String PROPERTY = "transport.listen-addr";

  private final Environment environment;

  ListenAddressCheck(Environment environment) {
    this.environment = environment;
  }

  @Override
  public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
    if (Binder.get(environment).bind(PROPERTY, String.class).orElse("").isBlank()) {
      throw InvalidPropertyException.of(
          PROPERTY, "", "an address, for example :8080: a publisher has to listen");
    }
  }
}
