package io.rollcall.sequencer.api;

import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.sequencer.coordination.SubmissionDesk;
import io.rollcall.sequencer.coordination.XtProjection;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code /v1/xts}: hand in an XT, ask what became of it. */
@RestController
class XtController {

  /** The longest body that is read: some thousand transfers. */
  static final int MAX_BODY_BYTES = 2 * 1024 * 1024;

  private final SubmissionDesk desk;
  private final XtProjection projection;

  XtController(SubmissionDesk desk, XtProjection projection) {
    this.desk = desk;
    this.projection = projection;
  }

  /** Takes an XT; its id leads to its state. Handing in the same one again changes nothing. */
  @PostMapping("/v1/xts")
  ResponseEntity<Map<String, String>> submit(HttpServletRequest request) throws IOException {
    byte[] body = request.getInputStream().readNBytes(MAX_BODY_BYTES + 1);
    if (body.length > MAX_BODY_BYTES) {
      throw new BodyTooLargeException();
    }
    CrossChainTransaction xt = XtRequestReader.read(body);
    desk.submit(xt);
    String id = xt.id().hex();
    return ResponseEntity.accepted().location(URI.create("/v1/xts/" + id)).body(Map.of("id", id));
  }

  /** The XT of this id, as far as this sequencer knows. */
  @GetMapping("/v1/xts/{id}")
  XtDocument find(@PathVariable String id) {
    XtId xt;
    try {
      xt = XtId.parse(id);
    } catch (IllegalArgumentException wrong) {
      throw new BadRequestException(String.valueOf(wrong.getMessage()));
    }
    return projection.find(xt).map(XtDocument::of).orElseThrow(() -> new UnknownXtException(xt));
  }
}
