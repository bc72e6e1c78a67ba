@NullMarked
package io.rollcall.service.logging;

import org.jspecify.annotations.NullMarked;
