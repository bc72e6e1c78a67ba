package io.rollcall.transport.autoconfigure;

import java.util.Map;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Stops start-up when a trusted entry has a member that there is not: binding would leave it out
 * without a word. Looks before any bean is made.
 */
final class TrustedEntryMembers implements BeanFactoryPostProcessor {

  private final Binder binder;

  TrustedEntryMembers(Environment environment) {
    this.binder = Binder.get(environment);
  }

  @Override
  public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
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
}
