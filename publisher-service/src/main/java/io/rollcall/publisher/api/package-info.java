/** The read-only HTTP side; runs on virtual threads of the web server. */
@NullMarked
package io.rollcall.publisher.api;

import org.jspecify.annotations.NullMarked;
