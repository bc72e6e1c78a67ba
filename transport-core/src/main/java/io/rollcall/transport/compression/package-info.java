/**
 * Messages made smaller and brought back, bounded before anything is allocated: docs/compression.md
 * has the form. The only package that knows the library.
 *
 * <p>Stands beside {@code codec}, between it and {@code netty}. Works on the caller's thread: the
 * sender's, and the receiver's event loop.
 */
@NullMarked
package io.rollcall.transport.compression;

import org.jspecify.annotations.NullMarked;
