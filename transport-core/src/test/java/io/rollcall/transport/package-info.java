/** Tests of the transport as a whole. */
@NullMarked
package io.rollcall.transport;

import org.jspecify.annotations.NullMarked;
