/**
 * What was measured, where, and how it is written, printed and compared. Plain values; measures
 * nothing itself.
 */
@NullMarked
package io.rollcall.benchmarks.result;

import org.jspecify.annotations.NullMarked;
