package io.rollcall.benchmarks.session;

/** Something that {@code bin/bench} can measure. */
public interface Benchmark {

  /** As it is called on the command line. */
  String name();

  /** One line for the help. */
  String about();

  /** Measures, and hands each figure to the session. */
  void run(Session session) throws Exception;
}
