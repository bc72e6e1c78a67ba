/** How log lines are written where Spring Boot's own forms are not wanted. */
@NullMarked
package io.rollcall.service.logging;

import org.jspecify.annotations.NullMarked;
