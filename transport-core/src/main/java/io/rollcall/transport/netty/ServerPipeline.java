package io.rollcall.transport.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.ServerSettings;
import io.rollcall.transport.session.HandshakeCrypto;
import io.rollcall.transport.session.ServerHandshake;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sets up each accepted socket: options, link, handlers; the order is {@link ConnectionPipeline}.
 */
final class ServerPipeline extends ChannelInitializer<Channel> {

  private final ServerSettings settings;
  private final LinkContext context;
  private final ServerAdmission admission;
  private final Optional<ServerHandshake> handshake;
  private final HandshakeCrypto crypto;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();

  ServerPipeline(
      ServerSettings settings,
      LinkContext context,
      ServerAdmission admission,
      Optional<ServerHandshake> handshake,
      HandshakeCrypto crypto) {
    this.settings = settings;
    this.context = context;
    this.admission = admission;
    this.handshake = handshake;
    this.crypto = crypto;
  }

  /** Every socket that is open, admitted or not. */
  Set<Link> links() {
    return links;
  }

  @Override
  protected void initChannel(Channel channel) {
    SocketOptions.apply(channel, settings.connection());
    Link link = Link.of(UUID.randomUUID().toString(), channel, context);
    links.add(link);
    link.whenClosed(() -> links.remove(link));
    FrameDecoder frames = ConnectionPipeline.begin(link);
    FirstReads reads = FirstReads.of(channel);
    ServerAdmission.Candidate candidate = admission.candidate(link, reads);
    if (settings.tls().isPresent()) {
      ServerTls.begin(
          candidate,
          settings.tls().get(),
          settings.handshakeTimeout(),
          crypto,
          frames,
          () -> awaitFirstFrame(candidate, frames));
    } else {
      reads.missing(frames::missing);
      awaitFirstFrame(candidate, frames);
    }
  }

  private void awaitFirstFrame(ServerAdmission.Candidate candidate, FrameDecoder frames) {
    candidate
        .link()
        .channel()
        .pipeline()
        .addBefore(
            ConnectionPipeline.ERRORS,
            ConnectionPipeline.HANDSHAKE,
            new ServerHandshakeHandler(
                mode(settings.admission()),
                settings.handshakeTimeout(),
                handshake,
                crypto,
                candidate,
                frames));
  }

  private static ServerHandshakeHandler.Mode mode(AdmissionSettings admission) {
    if (!admission.authentication()) {
      return ServerHandshakeHandler.Mode.OFF;
    }
    return admission.required()
        ? ServerHandshakeHandler.Mode.REQUIRED
        : ServerHandshakeHandler.Mode.OPTIONAL;
  }
}
