/** Tests of meters and alarms. */
@NullMarked
package io.rollcall.sequencer.ops;

import org.jspecify.annotations.NullMarked;
