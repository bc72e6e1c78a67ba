/**
 * What happens in the transport, as Spring events.
 *
 * <p>Last step inside the library: the dispatcher calls {@link
 * io.rollcall.transport.event.TransportEventPublisher}, which publishes records of immutable data.
 * Listeners run on the dispatcher's virtual thread of the connection, in the order of arrival, or
 * on its event loop where the application says that they would not wait now; those of {@link
 * io.rollcall.transport.AuditEvent}s on the audit trail's.
 */
@NullMarked
package io.rollcall.transport.event;

import org.jspecify.annotations.NullMarked;
