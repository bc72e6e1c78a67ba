package io.rollcall.transport.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.beans.factory.annotation.Value;

/**
 * Injects the port on which the transport server of a test's application listens, as {@code
 * LocalServerPort} does for HTTP. For tests with {@code transport.listen-addr=localhost:0}.
 */
@Target({ElementType.FIELD, ElementType.PARAMETER})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Value("${" + LocalTransportPortContextCustomizerFactory.PROPERTY + "}")
public @interface LocalTransportPort {}
