/**
 * What the transport counts, in its own words, and the one translation of that to Micrometer.
 *
 * <p>Beside the flow: every stage reports here and nothing here calls a stage, except the gauges,
 * which read a {@link io.rollcall.transport.metrics.TransportLoad} when a scrape asks. Safe for any
 * thread, event loops included.
 */
@NullMarked
package io.rollcall.transport.metrics;

import org.jspecify.annotations.NullMarked;
