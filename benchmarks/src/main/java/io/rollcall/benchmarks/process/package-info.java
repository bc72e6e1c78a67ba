/** The processes that are measured: their start, their end, and what the system says of them. */
@NullMarked
package io.rollcall.benchmarks.process;

import org.jspecify.annotations.NullMarked;
