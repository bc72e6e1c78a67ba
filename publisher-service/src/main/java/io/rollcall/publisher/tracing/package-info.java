/**
 * Spans of what the publisher does with an XT; runs on the coordinator thread, but for contexts
 * that come and go with messages.
 */
@NullMarked
package io.rollcall.publisher.tracing;

import org.jspecify.annotations.NullMarked;
