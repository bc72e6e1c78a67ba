/**
 * The transport's public API: what an application talks to and implements. No Netty, no Spring.
 *
 * <p>First room of the house: every other package of the transport points here and nothing here
 * points back. Types are immutable values or interfaces whose javadoc names their threads.
 */
@NullMarked
package io.rollcall.transport;

import org.jspecify.annotations.NullMarked;
