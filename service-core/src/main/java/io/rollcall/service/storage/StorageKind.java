package io.rollcall.service.storage;

/** Whose state it is. A database of one kind is refused by the other. */
public enum StorageKind {
  /** Decisions. */
  PUBLISHER("publisher", 0x52435055),
  /** Votes, submissions and the rollup's own state. */
  SEQUENCER("sequencer", 0x52435345);

  private final String word;
  private final int applicationId;

  StorageKind(String word, int applicationId) {
    this.word = word;
    this.applicationId = applicationId;
  }

  /** The word in names and messages. */
  String word() {
    return word;
  }

  /** What SQLite keeps in a log's file header, by which {@code file} and we know it again. */
  int logApplicationId() {
    return applicationId;
  }

  /** The same of a projection. */
  int projectionApplicationId() {
    return applicationId ^ 0x20;
  }
}
