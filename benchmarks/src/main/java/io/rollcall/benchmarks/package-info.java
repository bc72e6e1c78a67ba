/**
 * Programs that measure what things cost, one after the other on one machine. Figures are only
 * worth something beside others of the same run.
 */
@NullMarked
package io.rollcall.benchmarks;

import org.jspecify.annotations.NullMarked;
