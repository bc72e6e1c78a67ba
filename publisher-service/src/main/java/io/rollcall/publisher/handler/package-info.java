/**
 * One class for each typed event: converts it and hands it to the coordinator; runs on the
 * transport's dispatch threads, which wait here when the coordinator is behind.
 */
@NullMarked
package io.rollcall.publisher.handler;

import org.jspecify.annotations.NullMarked;
