/** Test support for the transport and for applications on it: peers, keys, clocks. */
@NullMarked
package io.rollcall.transport.testing;

import org.jspecify.annotations.NullMarked;
