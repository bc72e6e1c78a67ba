/** Tests of the whole service, and of what its packages may know of each other. */
@NullMarked
package io.rollcall.publisher;

import org.jspecify.annotations.NullMarked;
