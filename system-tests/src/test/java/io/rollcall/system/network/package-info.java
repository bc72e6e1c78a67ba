/** The transport over a wire that loses packets: two network namespaces, a process in each. */
@NullMarked
package io.rollcall.system.network;

import org.jspecify.annotations.NullMarked;
