/** The agent beside one rollup: the application's entry and nothing else. */
@NullMarked
package io.rollcall.sequencer;

import org.jspecify.annotations.NullMarked;
