/**
 * The journal's implementations. Called on the coordinator thread; in this version there is only
 * one, which keeps nothing.
 */
@NullMarked
package io.rollcall.sequencer.storage;

import org.jspecify.annotations.NullMarked;
