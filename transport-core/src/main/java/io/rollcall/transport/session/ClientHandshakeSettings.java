package io.rollcall.transport.session;

import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.HandshakePolicy;
import io.rollcall.transport.InvalidSettingException;
import io.rollcall.transport.auth.PublicKey;
import java.util.Set;

/**
 * Which handshakes a client takes part in, and with whom.
 *
 * @param policy which handshakes
 * @param networkId what it calls its network: by v2 it takes no server of another; at most 64
 *     characters
 * @param serverKeys the server's key has to be one of these; empty for any. They need {@link
 *     HandshakePolicy#V2}, since by v1 a server proves none
 */
public record ClientHandshakeSettings(
    HandshakePolicy policy, String networkId, Set<PublicKey> serverKeys) {

  /** As a client of the SDK. */
  public static final ClientHandshakeSettings V1 =
      new ClientHandshakeSettings(HandshakePolicy.V1, "", Set.of());

  /** Checks what goes together. */
  public ClientHandshakeSettings {
    serverKeys = Set.copyOf(serverKeys);
    AdmissionSettings.requireNetworkId(networkId);
    if (!serverKeys.isEmpty() && policy != HandshakePolicy.V2) {
      throw new InvalidSettingException(
          "handshake", policy.toString(), "v2, where the server's key is given");
    }
  }
}
