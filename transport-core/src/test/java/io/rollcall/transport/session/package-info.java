@NullMarked
package io.rollcall.transport.session;

import org.jspecify.annotations.NullMarked;
