package io.rollcall.publisher.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rollcall.publisher.coordination.XtCursor;
import io.rollcall.publisher.coordination.XtPage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A list of XTs as JSON: {@code {"xts": [...], "next": "123"}}.
 *
 * @param xts newest first
 * @param next give it as {@code after} for what is older; left out behind the last
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record XtListResource(List<XtResource> xts, @Nullable String next) {

  static XtListResource of(XtPage page) {
    return new XtListResource(
        page.xts().stream().map(XtResource::of).toList(),
        page.next().map(XtCursor::toString).orElse(null));
  }
}
