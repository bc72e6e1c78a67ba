/**
 * The generator: peers on one event loop that send bytes made beforehand and read only what they
 * must, so that most of the machine is left to the server. Everything of one run belongs to that
 * loop.
 */
@NullMarked
package io.rollcall.benchmarks.load;

import org.jspecify.annotations.NullMarked;
