package io.rollcall.transport;

/**
 * Whom a server admits.
 *
 * @param authentication off: everybody, without a handshake; a hello is answered with a refusal
 * @param required with authentication on: whether a peer without a hello is refused
 * @param allowUntrusted with authentication on: whether a valid but unknown key is admitted
 */
public record AdmissionSettings(boolean authentication, boolean required, boolean allowUntrusted) {

  /** Everybody, unauthenticated. */
  public static final AdmissionSettings OPEN = new AdmissionSettings(false, false, false);

  /** Holders of trusted keys only. */
  public static final AdmissionSettings TRUSTED_ONLY = new AdmissionSettings(true, true, false);
}
