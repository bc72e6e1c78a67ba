/** How a service starts and ends its coordinator; on Spring's threads. */
@NullMarked
package io.rollcall.service.lifecycle;

import org.jspecify.annotations.NullMarked;
