/** The publisher under load, as a process of its own: the rows of the performance table. */
@NullMarked
package io.rollcall.benchmarks.service;

import org.jspecify.annotations.NullMarked;
