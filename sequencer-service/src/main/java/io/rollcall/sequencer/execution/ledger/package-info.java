/**
 * The embedded rollup: accounts with balances and nonces, and signed Ethereum transfers between
 * them. Implements the coordination's ports; staging runs on the one thread {@code ledger}, the
 * state is guarded by one lock, and readers may come on any thread.
 */
@NullMarked
package io.rollcall.sequencer.execution.ledger;

import org.jspecify.annotations.NullMarked;
