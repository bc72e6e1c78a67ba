/** Tests of the package of the same name. */
@NullMarked
package io.rollcall.publisher.handler;

import org.jspecify.annotations.NullMarked;
