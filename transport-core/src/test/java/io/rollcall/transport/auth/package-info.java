/** Tests of keys, signatures and trust; no sockets, single-threaded but where a test says so. */
@NullMarked
package io.rollcall.transport.auth;

import org.jspecify.annotations.NullMarked;
