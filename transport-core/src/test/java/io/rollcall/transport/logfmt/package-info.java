@NullMarked
package io.rollcall.transport.logfmt;

import org.jspecify.annotations.NullMarked;
