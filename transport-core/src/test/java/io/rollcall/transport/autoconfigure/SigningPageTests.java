package io.rollcall.transport.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The listings of docs/signing.md; running them needs a module. */
class SigningPageTests {

  private static final Path PAGE = Path.of("../docs/signing.md");

  private static final Pattern LISTING = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  private static final Pattern CLASS = Pattern.compile("final class (\\w+)");

  @Test
  void theListingsCompile(@TempDir Path classes) throws IOException {
    List<Listing> listings =
        LISTING
            .matcher(Files.readString(PAGE))
            .results()
            .map(found -> Listing.of(found.group(1)))
            .toList();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter complaints = new StringWriter();

    boolean compiled =
        compiler
            .getTask(
                complaints,
                null,
                null,
                List.of("-proc:none", "-d", classes.toString()),
                null,
                listings)
            .call();

    assertThat(compiled).as(complaints.toString()).isTrue();
    assertThat(classes.resolve("example/Pkcs11Signer.class")).exists();
    assertThat(classes.resolve("example/SignerConfiguration.class")).exists();
  }

  private static final class Listing extends SimpleJavaFileObject {

    private final String text;

    private Listing(String name, String text) {
      super(URI.create("string:///example/" + name + ".java"), JavaFileObject.Kind.SOURCE);
      this.text = text;
    }

    static Listing of(String text) {
      Matcher name = CLASS.matcher(text);
      assertThat(name.find()).as(text).isTrue();
      return new Listing(name.group(1), text);
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
