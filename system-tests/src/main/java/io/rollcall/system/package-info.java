/**
 * The built services as separate processes: what {@code bin/demo} shows and the system tests drive.
 * Knows the services only by their command line, their HTTP and their signals, as an operator does.
 */
@NullMarked
package io.rollcall.system;

import org.jspecify.annotations.NullMarked;
