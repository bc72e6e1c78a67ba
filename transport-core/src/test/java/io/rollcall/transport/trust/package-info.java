@NullMarked
package io.rollcall.transport.trust;

import org.jspecify.annotations.NullMarked;
