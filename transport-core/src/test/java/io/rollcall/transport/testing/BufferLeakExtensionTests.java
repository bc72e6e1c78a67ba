package io.rollcall.transport.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BufferLeakExtensionTests {

  @Test
  void findsABufferThatWasLost() {
    lose();
    List<String> found = new ArrayList<>();
    Await.until("the collector came by", () -> found.addAll(BufferLeakExtension.takeLeaks()));
    assertThat(found).singleElement().asString().contains("BufferLeakExtensionTests");
  }

  private static void lose() {
    var _ = ByteBufAllocator.DEFAULT.directBuffer(1).writeByte(1);
  }
}
