/** What both services show of their durable state as meters. */
@NullMarked
package io.rollcall.service.metrics;

import org.jspecify.annotations.NullMarked;
