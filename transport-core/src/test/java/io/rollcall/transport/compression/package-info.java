/** Tests of what comes out of frames, and of what is refused before anything does. */
@NullMarked
package io.rollcall.transport.compression;

import org.jspecify.annotations.NullMarked;
