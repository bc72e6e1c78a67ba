/** What the tests of this module share: signed transactions, and a publisher played by the test. */
@NullMarked
package io.rollcall.sequencer.testing;

import org.jspecify.annotations.NullMarked;
