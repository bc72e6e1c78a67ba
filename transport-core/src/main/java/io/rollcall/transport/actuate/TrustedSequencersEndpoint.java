package io.rollcall.transport.actuate;

import io.rollcall.proto.ChainId;
import io.rollcall.transport.auth.PublicKey;
import io.rollcall.transport.auth.TrustChange;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.trust.TrustSources;
import io.rollcall.transport.trust.TrustSources.HeldBack;
import io.rollcall.transport.trust.TrustSources.Known;
import io.rollcall.transport.trust.TrustSources.Source;
import java.security.Principal;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * {@code /actuator/trustedsequencers}: who is trusted, and changes of that by hand, which hold
 * until the process ends. Off unless {@code management.endpoint.trustedsequencers.access} says
 * otherwise: whoever may call it can let anybody vote.
 *
 * <p>Bad input is answered with 400 and a sentence. Each change is a line at WARN here, and an
 * audit event of the server.
 */
@Endpoint(id = "trustedsequencers", defaultAccess = Access.NONE)
public final class TrustedSequencersEndpoint {

  private static final Logger log = LoggerFactory.getLogger(TrustedSequencersEndpoint.class);

  private static final String NAME = "operation trustedsequencers";

  private final TrustSources sources;

  /** Reads and changes these. */
  public TrustedSequencersEndpoint(TrustSources sources) {
    this.sources = sources;
  }

  /** Everybody, by id. */
  @ReadOperation
  public TrustedDescriptor trusted() {
    return new TrustedDescriptor(
        sources.known().stream().map(SequencerDescriptor::of).toList(),
        sources.heldBack().stream().map(HeldBackDescriptor::of).toList());
  }

  /**
   * Trusts further keys of an id, or a new id. Over HTTP each of these is a text in the JSON of the
   * request, because that is all Spring Boot takes there.
   *
   * @param publicKeys compressed, 66 hex digits each, separated by commas
   * @param chainIds for a new id: the chains it is bound to, separated by commas; none when empty
   * @param connections for a new id: how many it may have at a time, 1 when absent
   * @param handshake for a new id: {@code auto} or {@code v2}
   */
  @WriteOperation
  public ChangeDescriptor add(
      SecurityContext security,
      @Selector String id,
      @Nullable List<String> publicKeys,
      @Nullable List<String> chainIds,
      @Nullable String connections,
      @Nullable String handshake) {
    Set<PublicKey> keys = keys(publicKeys);
    boolean known = sources.known().stream().anyMatch(entry -> entry.entry().id().equals(id));
    if (known && (chainIds != null || connections != null || handshake != null)) {
      throw bad(
          "'%s' is trusted already, expected publicKeys alone: the rest of it is changed where it is configured"
              .formatted(id));
    }
    if (known) {
      return change(
          () -> sources.addKeys(by(security), id, keys),
          "until the restart; to keep it, add it where '" + id + "' is configured");
    }
    TrustedEntry entry =
        new TrustedEntry(id, keys, chains(chainIds), connections(connections), isV2Only(handshake));
    return change(
        () -> sources.add(by(security), entry),
        "until the restart; to keep it, add it to auth.trusted-sequencers-file or auth.trusted-sequencers");
  }

  /** Trusts nobody of this id any more, and closes its connections. */
  @DeleteOperation
  public ChangeDescriptor remove(SecurityContext security, @Selector String id) {
    ChangeDescriptor changed = change(() -> sources.remove(by(security), id), "");
    return noted(changed, id);
  }

  /** Trusts this key no longer, and closes its connections. */
  @DeleteOperation
  public ChangeDescriptor removeKey(
      SecurityContext security, @Selector String id, @Selector String publicKey) {
    PublicKey key = key(publicKey);
    ChangeDescriptor changed = change(() -> sources.removeKey(by(security), id, key), "");
    return noted(changed, id);
  }

  private ChangeDescriptor noted(ChangeDescriptor changed, String id) {
    return sources.heldBack().stream()
        .filter(heldBack -> heldBack.id().equals(id))
        .findFirst()
        .map(heldBack -> {
          String note =
              "until the restart; remove it from "
                  + property(heldBack.source())
                  + " too, else it is trusted again then";
          log.warn("{}: {}", changed.changed(), note);
          return new ChangeDescriptor(changed.changed(), note);
        })
        .orElse(changed);
  }

  private static ChangeDescriptor change(Supplier<TrustChange> change, String note) {
    TrustChange made;
    try {
      made = change.get();
    } catch (IllegalArgumentException e) {
      throw bad(String.valueOf(e.getMessage()));
    }
    String text = made.isEmpty() ? "nothing" : made.text();
    log.warn("{}: {}{}", made.by(), text, note.isEmpty() ? "" : ", " + note);
    return new ChangeDescriptor(text, note);
  }

  private static String by(SecurityContext security) {
    Principal principal = security.getPrincipal();
    return principal == null ? NAME : NAME + " by " + principal.getName();
  }

  private static Set<PublicKey> keys(@Nullable List<String> texts) {
    if (texts == null || texts.isEmpty()) {
      throw bad(
          "publicKeys is missing, expected public keys of 66 hex digits, separated by commas");
    }
    Set<PublicKey> keys = new LinkedHashSet<>();
    texts.forEach(text -> keys.add(key(text)));
    return keys;
  }

  private static PublicKey key(String text) {
    try {
      return PublicKey.parse(text.strip());
    } catch (IllegalArgumentException e) {
      throw bad(String.valueOf(e.getMessage()));
    }
  }

  /** Never by default: an id without chains may vote for all that nobody is bound to. */
  private static Set<ChainId> chains(@Nullable List<String> texts) {
    if (texts == null) {
      throw bad(
          "chainIds is missing, expected the chains that a new id is bound to, separated by commas, or \"\" for none");
    }
    Set<ChainId> chains = new LinkedHashSet<>();
    for (String text : texts) {
      try {
        chains.add(ChainId.parse(text.strip()));
      } catch (IllegalArgumentException e) {
        throw bad(
            "chainIds has '%s', expected a positive decimal number or 0x and hex digits"
                .formatted(text));
      }
    }
    return chains;
  }

  private static int connections(@Nullable String text) {
    try {
      int connections = text == null ? 1 : Integer.parseInt(text.strip());
      if (connections >= 1) {
        return connections;
      }
    } catch (NumberFormatException e) {
      log.debug("no number of connections", e);
    }
    throw bad("connections is '" + text + "', expected a whole number of at least 1");
  }

  private static boolean isV2Only(@Nullable String text) {
    return switch (text) {
      case null -> false;
      case "auto" -> false;
      case "v2" -> true;
      default -> throw bad("handshake is '" + text + "', expected auto or v2");
    };
  }

  private static InvalidEndpointRequestException bad(String sentence) {
    return new InvalidEndpointRequestException(sentence, sentence);
  }

  private static String property(Source source) {
    return switch (source) {
      case PROPERTIES -> "auth.trusted-sequencers";
      case FILE -> "auth.trusted-sequencers-file";
      case OPERATION -> NAME;
    };
  }

  /**
   * The whole answer.
   *
   * @param trusted by id
   * @param removed what properties or file still say, and an operation took away until the restart
   */
  public record TrustedDescriptor(
      List<SequencerDescriptor> trusted, List<HeldBackDescriptor> removed) {}

  /**
   * Somebody who is trusted.
   *
   * @param id the id
   * @param keys its keys
   * @param chains what it is bound to, decimal, in numerical order
   * @param connections how many it may have at a time
   * @param handshake {@code auto} or {@code v2}
   */
  public record SequencerDescriptor(
      String id, List<KeyDescriptor> keys, List<String> chains, int connections, String handshake) {

    static SequencerDescriptor of(Known known) {
      TrustedEntry entry = known.entry();
      return new SequencerDescriptor(
          entry.id(),
          known.sources().entrySet().stream()
              .map(key -> new KeyDescriptor(key.getKey().hex(), property(key.getValue())))
              .toList(),
          entry.chainIds().stream().sorted().map(ChainId::toString).toList(),
          entry.connections(),
          entry.v2Only() ? "v2" : "auto");
    }
  }

  /**
   * A key.
   *
   * @param publicKey 66 hex digits
   * @param source where it is said that it is trusted
   */
  public record KeyDescriptor(String publicKey, String source) {}

  /**
   * What is configured and not trusted.
   *
   * @param id its id there
   * @param publicKeys its keys there
   * @param source the property
   */
  public record HeldBackDescriptor(String id, List<String> publicKeys, String source) {

    static HeldBackDescriptor of(HeldBack heldBack) {
      return new HeldBackDescriptor(
          heldBack.id(),
          heldBack.keys().stream().map(PublicKey::hex).sorted().toList(),
          property(heldBack.source()));
    }
  }

  /**
   * What an operation did.
   *
   * @param changed what was added, changed and removed
   * @param note what is left to do; empty when nothing is
   */
  public record ChangeDescriptor(String changed, String note) {}
}
