/**
 * What is written down about refused and replaced peers, offences, throttled addresses and changes
 * of trust.
 *
 * <p>Beside the flow, not in it: event loops and handlers hand over an {@link
 * io.rollcall.transport.AuditEvent} and go on. The line is written on their thread; {@link
 * io.rollcall.transport.audit.AuditTrail} owns the one virtual thread that tells the listener.
 */
@NullMarked
package io.rollcall.transport.audit;

import org.jspecify.annotations.NullMarked;
