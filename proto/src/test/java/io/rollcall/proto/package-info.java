@NullMarked
package io.rollcall.proto;

import org.jspecify.annotations.NullMarked;
