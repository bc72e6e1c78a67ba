/** What several tests of the publisher need; no thread of its own. */
@NullMarked
package io.rollcall.publisher.testing;

import org.jspecify.annotations.NullMarked;
