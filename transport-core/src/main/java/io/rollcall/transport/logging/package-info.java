/**
 * How often something may be logged that a peer can bring about.
 *
 * <p>Beside the flow: asked by whoever logs, on its thread.
 */
@NullMarked
package io.rollcall.transport.logging;

import org.jspecify.annotations.NullMarked;
