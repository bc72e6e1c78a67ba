package io.rollcall.benchmarks.versus;

import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** The most memory that this JVM had in use, looked at a hundred times a second. */
final class Memory {

  private static final Duration EVERY = Duration.ofMillis(10);

  private final AtomicLong peakDirect = new AtomicLong();

  Memory() {
    Thread.ofPlatform().daemon().name("memory-watch").start(this::watch);
  }

  private void watch() {
    while (true) {
      peakDirect.accumulateAndGet(direct(), Math::max);
      try {
        Thread.sleep(EVERY);
      } catch (InterruptedException ended) {
        return;
      }
    }
  }

  /** Bytes; garbage among them. */
  long peakHeap() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .map(MemoryPoolMXBean::getPeakUsage)
        .mapToLong(usage -> usage.getUsed())
        .sum();
  }

  /** Bytes of buffers outside the heap. */
  long peakDirect() {
    return peakDirect.get();
  }

  private static long direct() {
    long counted =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    // Netty takes memory past that pool too, and counts it itself.
    return Math.max(counted, PlatformDependent.usedDirectMemory());
  }
}
