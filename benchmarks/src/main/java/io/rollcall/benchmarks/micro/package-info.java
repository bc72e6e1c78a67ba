/**
 * What takes nanoseconds or microseconds inside one JVM, timed by JMH in a JVM of its own for each
 * repeat, with what it allocates.
 */
@NullMarked
package io.rollcall.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
