/**
 * One class for each kind of event: checks it, converts it and hands it to the coordinator; runs on
 * the transport's dispatch threads.
 */
@NullMarked
package io.rollcall.sequencer.handler;

import org.jspecify.annotations.NullMarked;
