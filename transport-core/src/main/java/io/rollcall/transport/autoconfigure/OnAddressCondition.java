package io.rollcall.transport.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** See {@link ConditionalOnAddress}. */
final class OnAddressCondition extends SpringBootCondition {

  @Override
  public ConditionOutcome getMatchOutcome(
      ConditionContext context, AnnotatedTypeMetadata metadata) {
    String property = metadata.getAnnotations().get(ConditionalOnAddress.class).getString("value");
    // As a list, because both forms of a list count: separated by commas, and one per line.
    boolean given =
        Binder.get(context.getEnvironment())
            .bind(property, Bindable.listOf(String.class))
            .map(values -> values.stream().anyMatch(value -> !value.isBlank()))
            .orElse(false);
    ConditionMessage.Builder message = ConditionMessage.forCondition(ConditionalOnAddress.class);
    return given
        ? ConditionOutcome.match(message.found("property").items(property))
        : ConditionOutcome.noMatch(message.didNotFind("property").items(property));
  }
}
