/**
 * Whom the operator trusts, from each of the places where that is said: the properties, a file that
 * is watched, and what was changed by hand since the start.
 *
 * <p>Beside the flow: one step of {@link io.rollcall.transport.auth.TrustedKeys} for each change,
 * whose listeners do the rest. {@link io.rollcall.transport.trust.WatchedFile} owns the one thread.
 */
@NullMarked
package io.rollcall.transport.trust;

import org.jspecify.annotations.NullMarked;
