/** Tests of back-off, address order and the dial loop, in virtual time on the test's thread. */
@NullMarked
package io.rollcall.transport.retry;

import org.jspecify.annotations.NullMarked;
