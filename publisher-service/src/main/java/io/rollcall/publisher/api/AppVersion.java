package io.rollcall.publisher.api;

/**
 * Which build this is. Immutable, any thread.
 *
 * @param version the release, or {@code dev}
 * @param buildTime when it was built, or {@code unknown}
 * @param gitCommit from which commit, or {@code unknown}
 */
public record AppVersion(String version, String buildTime, String gitCommit) {}
