/**
 * What operators see: meters, health, and the few log lines that need a person. Told by the
 * coordinator thread and by dispatch threads; changes nothing.
 */
@NullMarked
package io.rollcall.sequencer.ops;

import org.jspecify.annotations.NullMarked;
