/**
 * Spans of XTs: what both services need to make them, to carry their context in messages, and to be
 * without all of it where nothing is exported. The only one here that knows Micrometer's tracing.
 */
@NullMarked
package io.rollcall.service.tracing;

import org.jspecify.annotations.NullMarked;
