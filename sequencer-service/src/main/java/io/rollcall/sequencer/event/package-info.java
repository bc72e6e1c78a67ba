/**
 * What the transport's messages and connections mean to the sequencer, as immutable records;
 * belongs to no thread.
 */
@NullMarked
package io.rollcall.sequencer.event;

import org.jspecify.annotations.NullMarked;
