/** The built services, driven from outside. */
@NullMarked
package io.rollcall.system;

import org.jspecify.annotations.NullMarked;
