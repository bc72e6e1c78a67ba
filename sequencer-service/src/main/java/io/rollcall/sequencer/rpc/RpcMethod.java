package io.rollcall.sequencer.rpc;

import org.jspecify.annotations.Nullable;

/** What one method does. */
@FunctionalInterface
interface RpcMethod {

  /**
   * Carries it out.
   *
   * @return what goes to JSON; null where the answer is null
   * @throws RpcException what the caller is told instead
   */
  @Nullable Object call(RpcParams params);
}
