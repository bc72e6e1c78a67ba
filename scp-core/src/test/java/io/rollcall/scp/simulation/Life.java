package io.rollcall.scp.simulation;

/** One process after the other in the same place: what one of them scheduled ends with it. */
final class Life {

  private final World world;
  private int number;

  Life(World world) {
    this.world = world;
  }

  /** Nothing that was scheduled before happens any more. */
  void end() {
    number++;
  }

  /** Later, if this process is still there. */
  void after(long nanos, Runnable action) {
    int mine = number;
    world.after(
        nanos,
        () -> {
          if (mine == number) {
            action.run();
          }
        });
  }
}
