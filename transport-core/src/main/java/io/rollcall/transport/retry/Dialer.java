package io.rollcall.transport.retry;

import io.rollcall.transport.TransportException;

/**
 * Makes connections for a {@link Reconnector}: one at a time, each to the next address.
 *
 * @param <T> a connection
 */
public interface Dialer<T> {

  /**
   * Dials the next address and tells {@code attempt} once how that ended, on any thread; sooner or
   * later it must. Does not block.
   *
   * @return gives up: what is open is closed, and nobody waits for the answer any more
   */
  Runnable dial(Attempt<T> attempt);

  /** Whether every address had its turn in this round. */
  boolean roundOver();

  /** A new round begins, at the address after the last one. */
  void newRound();

  /**
   * Where one dial reports.
   *
   * @param <T> a connection
   */
  interface Attempt<T> {

    /**
     * There is a connection.
     *
     * @return whether it is wanted; if not, it is to be closed and forgotten
     */
    boolean succeeded(T connection);

    /** There is none. */
    void failed(TransportException failure);
  }
}
