/** Tests of the package of the same name. */
@NullMarked
package io.rollcall.sequencer.handler;

import org.jspecify.annotations.NullMarked;
