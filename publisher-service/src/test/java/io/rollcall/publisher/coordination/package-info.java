/** Tests of the package of the same name. */
@NullMarked
package io.rollcall.publisher.coordination;

import org.jspecify.annotations.NullMarked;
