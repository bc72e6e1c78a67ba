@NullMarked
package io.rollcall.publisher.tracing;

import org.jspecify.annotations.NullMarked;
