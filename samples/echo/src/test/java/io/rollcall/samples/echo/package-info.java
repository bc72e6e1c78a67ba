/** Tests of the echo sample: over a real socket, with the transport's own client. */
@NullMarked
package io.rollcall.samples.echo;

import org.jspecify.annotations.NullMarked;
