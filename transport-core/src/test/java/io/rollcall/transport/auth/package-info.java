@NullMarked
package io.rollcall.transport.auth;

import org.jspecify.annotations.NullMarked;
