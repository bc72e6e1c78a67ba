/**
 * Which hellos were accepted, kept over a restart in a small file.
 *
 * <p>Stands behind {@code session}, which says what is to be kept. The only package of the
 * transport that writes a file; a thread of its own does so.
 */
@NullMarked
package io.rollcall.transport.replay;

import org.jspecify.annotations.NullMarked;
