package io.rollcall.sequencer.rpc;

import io.rollcall.sequencer.coordination.RollupNode;
import io.rollcall.sequencer.coordination.SubmissionDesk;
import io.rollcall.sequencer.coordination.XtProjection;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@code POST /}. Errors of JSON-RPC are answered with status 200, as its clients expect; a batch
 * of notifications with 204.
 */
@RestController
class JsonRpcController {

  /** The longest body that is read. */
  static final int MAX_BODY_BYTES = 2 * 1024 * 1024;

  private final JsonRpc rpc;

  JsonRpcController(SubmissionDesk desk, XtProjection projection, RollupNode rollup) {
    this.rpc = new JsonRpc(new RpcMethods(desk, projection, rollup));
  }

  @PostMapping("/")
  ResponseEntity<byte[]> call(HttpServletRequest request) throws IOException {
    byte[] body = request.getInputStream().readNBytes(MAX_BODY_BYTES + 1);
    if (body.length > MAX_BODY_BYTES) {
      return json(
          HttpStatus.CONTENT_TOO_LARGE,
          rpc.error(
              RpcException.INVALID_REQUEST, "the body has more than " + MAX_BODY_BYTES + " bytes"));
    }
    Optional<byte[]> answer = rpc.answer(body);
    return answer.isPresent()
        ? json(HttpStatus.OK, answer.get())
        : ResponseEntity.noContent().build();
  }

  private static ResponseEntity<byte[]> json(HttpStatus status, byte[] body) {
    return ResponseEntity.status(status).contentType(MediaType.APPLICATION_JSON).body(body);
  }
}
