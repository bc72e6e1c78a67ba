/** Tests of the embedded ledger; no Spring, no sockets. */
@NullMarked
package io.rollcall.sequencer.execution.ledger;

import org.jspecify.annotations.NullMarked;
