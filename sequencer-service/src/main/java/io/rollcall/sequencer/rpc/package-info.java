/**
 * JSON-RPC 2.0 at {@code POST /}, for wallets and for clients of the SDK's host: submit XTs, read
 * the rollup. Runs on the web server's threads.
 */
@NullMarked
package io.rollcall.sequencer.rpc;

import org.jspecify.annotations.NullMarked;
