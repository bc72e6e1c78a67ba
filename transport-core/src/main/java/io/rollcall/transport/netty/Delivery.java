package io.rollcall.transport.netty;

import io.rollcall.transport.TransportException;
import org.jspecify.annotations.Nullable;

/** Hears once what became of a frame: on the event loop, or on the sender's thread if at once. */
@FunctionalInterface
interface Delivery {

  /** For frames whose fate shows in the link's. */
  Delivery IGNORED = failure -> {};

  /** Null when the socket took the bytes. */
  void done(@Nullable TransportException failure);
}
