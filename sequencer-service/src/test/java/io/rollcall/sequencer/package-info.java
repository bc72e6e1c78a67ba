/** Tests of the whole sequencer, and of what its packages may know. */
@NullMarked
package io.rollcall.sequencer;

import org.jspecify.annotations.NullMarked;
