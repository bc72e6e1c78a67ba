/** Tests of the package of the same name. */
@NullMarked
package io.rollcall.publisher.ops;

import org.jspecify.annotations.NullMarked;
