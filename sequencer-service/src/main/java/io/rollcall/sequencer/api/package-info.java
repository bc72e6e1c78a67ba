/**
 * HTTP for people and their programs, at {@code /v1}: hand in an XT, ask what became of it. Runs on
 * the web server's threads.
 */
@NullMarked
package io.rollcall.sequencer.api;

import org.jspecify.annotations.NullMarked;
