package io.rollcall.publisher.coordination;

/**
 * A place in the list of XTs, which begins with the undecided ones, the last to arrive first, and
 * goes on with the decided ones, the last decision first. An XT that is decided while somebody
 * pages through the list may be seen twice, but is never left out. Immutable, any thread.
 *
 * @param undecided whether it is among those that have no decision yet
 * @param place its number in the order of arrival, or of decision
 */
public record XtCursor(boolean undecided, long place) {

  private static final String UNDECIDED = "undecided-";

  /** Checks the number. */
  public XtCursor {
    if (place < 1) {
      throw new IllegalArgumentException("place is " + place + "; expected at least 1");
    }
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException when it is anything else
   */
  public static XtCursor parse(String text) {
    boolean undecided = text.startsWith(UNDECIDED);
    return new XtCursor(
        undecided, Long.parseLong(undecided ? text.substring(UNDECIDED.length()) : text));
  }

  @Override
  public String toString() {
    return (undecided ? UNDECIDED : "") + place;
  }
}
