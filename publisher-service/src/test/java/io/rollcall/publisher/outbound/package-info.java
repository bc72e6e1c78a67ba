/** Tests of the package of the same name. */
@NullMarked
package io.rollcall.publisher.outbound;

import org.jspecify.annotations.NullMarked;
