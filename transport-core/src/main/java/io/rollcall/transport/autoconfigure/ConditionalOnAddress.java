package io.rollcall.transport.autoconfigure;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Conditional;

/** Matches when this property holds at least one address, or a file; an empty one switches off. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Conditional(OnAddressCondition.class)
@interface ConditionalOnAddress {

  /** The property's full name. */
  String value();
}
