package io.rollcall.service.storage;

import com.google.protobuf.ByteString;

/**
 * One row of the log: what was made durable with one sync. Immutable, any thread.
 *
 * @param sequence its place; 1, 2, 3 ... without a gap
 * @param epoch which opening of the log wrote it; larger is later
 * @param batch what the service wrote, in its own encoding
 */
public record Row(long sequence, long epoch, ByteString batch) {}
