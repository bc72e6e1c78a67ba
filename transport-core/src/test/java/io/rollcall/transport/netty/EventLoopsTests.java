package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Which sockets the tests of this run are about; the build makes a run on each kind. */
class EventLoopsTests {

  @Test
  @EnabledOnOs(OS.LINUX)
  void areOnEpollUnlessNativeTransportsAreOff() {
    try (EventLoops loops = EventLoops.start("test", 1)) {
      assertThat(loops.channelType())
          .isEqualTo(
              Boolean.getBoolean("io.netty.transport.noNative")
                  ? NioSocketChannel.class
                  : EpollSocketChannel.class);
    }
  }
}
