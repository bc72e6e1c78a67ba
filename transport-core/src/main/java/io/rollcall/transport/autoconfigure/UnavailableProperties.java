package io.rollcall.transport.autoconfigure;

import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Stops start-up when a property is given that belongs to a later version: somebody who turns
 * something on must not believe that it is on. Looks before any bean is made, and at the members of
 * trusted entries too.
 */
final class UnavailableProperties implements BeanFactoryPostProcessor {

  private static final List<String> SINGLES = List.of("transport.compression");

  private final Binder binder;

  UnavailableProperties(Environment environment) {
    this.binder = Binder.get(environment);
  }

  @Override
  public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
    for (String property : SINGLES) {
      BindResult<Object> value = binder.bind(property, Bindable.of(Object.class));
      if (value.isBound()) {
        throw refusal(property, value.get());
      }
    }
    checkTrustedEntries();
  }

  private void checkTrustedEntries() {
    binder
        .bind(AuthProperties.TRUSTED_SEQUENCERS, Bindable.mapOf(String.class, Object.class))
        .orElse(Map.of())
        .forEach((id, entry) -> {
          if (entry instanceof Map<?, ?> members) {
            members.forEach((name, value) ->
                TrustedEntries.checkMember(
                    AuthProperties.TRUSTED_SEQUENCERS + "." + id, String.valueOf(name), value));
          }
        });
  }

  private static InvalidPropertyException refusal(String property, Object value) {
    return InvalidPropertyException.of(
        property, value, "nothing: this property is not available in this version");
  }
}
