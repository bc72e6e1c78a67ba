@NullMarked
package io.rollcall.publisher.api;

import org.jspecify.annotations.NullMarked;
