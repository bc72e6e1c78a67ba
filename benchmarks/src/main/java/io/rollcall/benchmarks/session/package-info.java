/** What a benchmark is, and what it is told and tells. */
@NullMarked
package io.rollcall.benchmarks.session;

import org.jspecify.annotations.NullMarked;
