/** Tests of the package of the same name. */
@NullMarked
package io.rollcall.publisher.config;

import org.jspecify.annotations.NullMarked;
