package io.rollcall.service.storage;

import java.io.IOException;

/**
 * Something is wrong with what is stored, or with the place where it is stored. Its message is one
 * sentence for an operator: what is wrong, where, and what was expected. A process that ends
 * because of it does so with exit code {@value #EXIT_CODE}.
 */
public final class StorageException extends IOException {

  /** "Input/output error" by the convention of sysexits. */
  public static final int EXIT_CODE = 74;

  private static final long serialVersionUID = 1;

  /** Says what is wrong. */
  public StorageException(String message) {
    super(message);
  }

  /** Says what is wrong, and what the driver said. */
  public StorageException(String message, Throwable cause) {
    super(message, cause);
  }
}
