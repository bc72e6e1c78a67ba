/** The smallest application on the transport: whatever a peer sends comes back to it. */
@NullMarked
package io.rollcall.samples.echo;

import org.jspecify.annotations.NullMarked;
