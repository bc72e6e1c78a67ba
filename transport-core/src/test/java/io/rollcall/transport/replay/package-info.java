@NullMarked
package io.rollcall.transport.replay;

import org.jspecify.annotations.NullMarked;
