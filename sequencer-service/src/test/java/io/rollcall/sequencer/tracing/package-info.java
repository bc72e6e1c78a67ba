@NullMarked
package io.rollcall.sequencer.tracing;

import org.jspecify.annotations.NullMarked;
