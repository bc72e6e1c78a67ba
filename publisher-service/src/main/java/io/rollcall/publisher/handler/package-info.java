/**
 * One class for each typed event: converts it and hands it to the coordinator; runs on event loops
 * while the coordinator has room, else on the transport's virtual threads, which wait here.
 */
@NullMarked
package io.rollcall.publisher.handler;

import org.jspecify.annotations.NullMarked;
