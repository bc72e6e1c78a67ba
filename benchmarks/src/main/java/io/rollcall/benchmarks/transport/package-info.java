/** Server and clients of the transport in one JVM, where only one kind beside another is asked. */
@NullMarked
package io.rollcall.benchmarks.transport;

import org.jspecify.annotations.NullMarked;
