/** Tests of the package of the same name. */
@NullMarked
package io.rollcall.sequencer.inbound;

import org.jspecify.annotations.NullMarked;
