/** Tests of the HTTP door, over HTTP. */
@NullMarked
package io.rollcall.sequencer.api;

import org.jspecify.annotations.NullMarked;
