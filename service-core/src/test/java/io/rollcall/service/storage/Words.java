package io.rollcall.service.storage;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The smallest projection: the words of the log. */
final class Words implements ProjectionTables<String> {

  @Override
  public long size(String word) {
    return 100L + word.length();
  }

  @Override
  public void apply(Statements statements, List<String> batches) throws SQLException {
    PreparedStatement insert =
        statements.of("INSERT INTO word SELECT coalesce(max(number), 0) + 1, ? FROM word");
    for (String word : batches) {
      insert.setString(1, word);
      insert.executeUpdate();
    }
  }

  @Override
  public boolean prune(Statements statements) {
    return false;
  }

  static ByteString bytes(String word) {
    return ByteString.copyFromUtf8(word);
  }

  /** Every word of the log. */
  static List<String> read(RowLog log) throws IOException {
    List<String> words = new ArrayList<>();
    log.read(row -> words.add(row.batch().toStringUtf8()));
    return words;
  }

  /** Every word of the projection. */
  static List<String> read(Storage storage) {
    return storage
        .asking()
        .once(connection -> {
          List<String> words = new ArrayList<>();
          try (Statement statement = connection.createStatement();
              ResultSet found = statement.executeQuery("SELECT text FROM word ORDER BY number")) {
            while (found.next()) {
              words.add(found.getString(1));
            }
          }
          return words;
        });
  }
}
