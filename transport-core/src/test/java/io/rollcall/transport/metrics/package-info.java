/** Tests of the meters, against the text that Prometheus reads; single-threaded. */
@NullMarked
package io.rollcall.transport.metrics;

import org.jspecify.annotations.NullMarked;
