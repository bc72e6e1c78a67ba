/** Tests of the JSON-RPC door, over HTTP. */
@NullMarked
package io.rollcall.sequencer.rpc;

import org.jspecify.annotations.NullMarked;
