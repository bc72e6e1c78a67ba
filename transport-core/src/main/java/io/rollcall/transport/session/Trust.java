package io.rollcall.transport.session;

import io.rollcall.transport.AuditEvent;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.auth.AuthManager;
import io.rollcall.transport.auth.TrustChange;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Whether those who were let in would be let in again. Asks the list of trusted keys each time, so
 * every change counts from then on. Safe for any thread; compares bytes and waits for nobody.
 */
public final class Trust {

  /** What the holder of a removed key is told. */
  static final String NO_LONGER = "public key is no longer trusted";

  /** What the holder of a key is told that now stands for something else. */
  static final String CHANGED = "its trusted entry changed, connect again";

  private final AuthManager auth;

  /** Of this list. */
  Trust(AuthManager auth) {
    this.auth = auth;
  }

  /**
   * Why a connection may not stay.
   *
   * @param reason the peer's disconnect
   * @param details what it is told
   */
  public record Lost(CloseReason reason, String details) {}

  /**
   * What has become of what a peer proved: empty while its key stands for exactly this identity,
   * and for peers that were let in without being trusted.
   */
  public Optional<Lost> lost(PeerIdentity identity) {
    if (!(identity instanceof PeerIdentity.Trusted trusted)) {
      return Optional.empty();
    }
    Optional<PeerIdentity.Trusted> now = auth.identify(trusted.publicKey());
    if (now.isEmpty()) {
      return Optional.of(new Lost(CloseReason.AUTH_FAILURE, NO_LONGER));
    }
    return now.get().equals(trusted)
        ? Optional.empty()
        : Optional.of(new Lost(CloseReason.REQUESTED, CHANGED));
  }

  /**
   * Tells of every change from now on, on the thread that makes it, when {@link #lost} knows it
   * already. The change waits for the listener, which must not wait itself.
   *
   * @return ends that
   */
  public Runnable onChange(Consumer<AuditEvent.TrustChanged> listener) {
    return auth.listen(change -> listener.accept(event(change)));
  }

  private static AuditEvent.TrustChanged event(TrustChange change) {
    return new AuditEvent.TrustChanged(change.by(), change.text());
  }
}
