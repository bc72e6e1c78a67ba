package io.rollcall.proto;

/** A request that is no XT; the message says why, in words fit for the submitter. */
public final class InvalidXtException extends IllegalArgumentException {

  private final XtId id;

  InvalidXtException(XtId id, String reason) {
    super(reason);
    this.id = id;
  }

  /** SHA-256 of the request's bytes as they came: the id under which it is refused. */
  public XtId id() {
    return id;
  }
}
