/** What tests of the services share. */
@NullMarked
package io.rollcall.service.testing;

import org.jspecify.annotations.NullMarked;
