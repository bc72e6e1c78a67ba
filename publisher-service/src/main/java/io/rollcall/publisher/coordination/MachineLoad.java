package io.rollcall.publisher.coordination;

/**
 * How much the machine held after its last batch. Immutable, any thread.
 *
 * @param open XTs that are started and undecided
 * @param queued XTs that wait
 * @param remembered decisions kept to answer repeats
 */
public record MachineLoad(int open, int queued, int remembered) {

  static final MachineLoad NONE = new MachineLoad(0, 0, 0);

  /** All XTs it knows. */
  public int total() {
    return open + queued + remembered;
  }
}
