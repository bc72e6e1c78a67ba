package io.rollcall.transport.replay;

import java.io.IOException;

/**
 * Where the content of a replay file goes; a test puts its own in between. One thread at a time.
 */
interface Disk extends AutoCloseable {

  /**
   * Replaces the content. When it returns, the new one survives whatever happens to the process and
   * the machine; when it throws, the file holds the old one or the new one, whole.
   */
  void replace(byte[] content) throws IOException;

  /**
   * Adds to the content, in one sync. When it returns true, what was added survives as well; when
   * it throws, none, a part or all of it may be there, and the next write has to be a {@link
   * #replace}.
   *
   * @return false when there is no room for it before the next {@link #replace}; nothing was done
   */
  boolean append(byte[] more) throws IOException;

  /** Lets others have it. */
  @Override
  void close() throws IOException;
}
