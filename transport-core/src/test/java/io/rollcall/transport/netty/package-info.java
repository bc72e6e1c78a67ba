/** Tests of the sockets: handlers on embedded channels, servers over loopback. */
@NullMarked
package io.rollcall.transport.netty;

import org.jspecify.annotations.NullMarked;
