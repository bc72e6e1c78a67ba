/** The shared publisher as a process: starts Spring Boot, and nothing else lives here. */
@NullMarked
package io.rollcall.publisher;

import org.jspecify.annotations.NullMarked;
