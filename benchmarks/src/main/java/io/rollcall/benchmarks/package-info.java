/**
 * What {@code bin/bench} runs: programs that measure what things cost, one after the other on one
 * machine. Figures are only worth something beside others of the same machine.
 */
@NullMarked
package io.rollcall.benchmarks;

import org.jspecify.annotations.NullMarked;
