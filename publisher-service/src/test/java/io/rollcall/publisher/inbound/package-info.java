/** Tests of the package of the same name. */
@NullMarked
package io.rollcall.publisher.inbound;

import org.jspecify.annotations.NullMarked;
