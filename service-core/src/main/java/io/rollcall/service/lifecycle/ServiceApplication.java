package io.rollcall.service.lifecycle;

import io.rollcall.service.storage.StorageException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;

/** Runs a service as Spring Boot does, and ends with the exit code that its failure asks for. */
public final class ServiceApplication {

  private ServiceApplication() {}

  /**
   * Runs until it is told to stop. A start that fails because of what is stored, or of where, ends
   * the process with exit code {@value StorageException#EXIT_CODE}, once it was reported; by itself
   * Spring Boot takes such a code only from a context that is complete.
   */
  public static void run(Class<?> application, String[] arguments) {
    try {
      SpringApplication.run(application, arguments);
    } catch (RuntimeException failed) {
      if (isAboutStorage(failed)) {
        System.exit(StorageException.EXIT_CODE);
      }
      throw failed;
    }
  }

  static boolean isAboutStorage(@Nullable Throwable failed) {
    for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
      if (cause instanceof StorageException) {
        return true;
      }
    }
    return false;
  }
}
