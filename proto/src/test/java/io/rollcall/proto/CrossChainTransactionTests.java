package io.rollcall.proto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.DynamicMessage;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Ping;
import io.rollcall.proto.v1.TransactionRequest;
import io.rollcall.proto.v1.XTRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CrossChainTransactionTests {

  private static final ByteString TWO_CHAINS =
      GoldenVectors.bytes("0a0a0a02d9031204deadbeef0a0d0a0301046a1203c0ffee120101");

  @Test
  void aCanonicalRequestKeepsItsBytesAndNamesItsChainsAscending() {
    CrossChainTransaction xt = CrossChainTransaction.parse(TWO_CHAINS);

    assertThat(xt.id())
        .hasToString("f54713022f447b91f10aff0b89f9f27453803fafa0cfc56056e40d20d75ee01c");
    assertThat(xt.encoded()).isEqualTo(TWO_CHAINS);
    assertThat(xt.chains()).containsExactly(ChainId.parse("0xd903"), ChainId.parse("0x01046a"));
    assertThat(CrossChainTransaction.of(xt.request())).isEqualTo(xt);
  }

  @Test
  void aChainNamedTwiceParticipatesOnce() {
    CrossChainTransaction xt =
        CrossChainTransaction.parse(
            GoldenVectors.bytes("0a080a0301046a1201020a070a02d9031201010a0a0a0301046a1201031200"));
    assertThat(xt.chains()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "'', the request has no entry",
    "0a021200, entry 1: chain id is empty",
    "0a070a0200011201aa, entry 1: chain id has a leading zero byte",
    "0a040a02d903, entry 1 has no transaction",
    "0a0a0a02d9031204deadbeef7801, the request has unknown fields",
    "0a0c0a02d9031204deadbeef7801, the request has unknown fields",
    "0a0a1204deadbeef0a02d903, the request is not canonically encoded",
    "0a8a000a02d9031204deadbeef, the request is not canonically encoded",
    "ff, the request is not a protobuf XTRequest",
  })
  void anyOtherRequestIsRefusedUnderTheIdOfItsBytes(String hex, String reason) {
    ByteString bytes = GoldenVectors.bytes(hex);
    assertThatExceptionOfType(InvalidXtException.class)
        .isThrownBy(() -> CrossChainTransaction.parse(bytes))
        .withMessage(reason)
        .satisfies(refused -> assertThat(refused.id()).isEqualTo(XtId.ofEncoded(bytes)));
  }

  @Test
  void theRequestsBytesAreTakenFromTheEnvelopeAsTheyCame() {
    ByteString envelope =
        GoldenVectors.bytes("0a08636c69656e742d31121b")
            .concat(TWO_CHAINS)
            .concat(GoldenVectors.bytes("7801"));
    assertThat(CrossChainTransaction.requestBytes(envelope)).isEqualTo(TWO_CHAINS);
  }

  @Test
  void aRequestInTwoPiecesIsWhatAParserMakesOfIt() throws Exception {
    XTRequest first = XTRequest.newBuilder().addTransactions(entry(1)).build();
    XTRequest second = XTRequest.newBuilder().addTransactions(entry(2)).build();
    ByteString twice =
        Message.newBuilder()
            .setXtRequest(first)
            .build()
            .toByteString()
            .concat(Message.newBuilder().setXtRequest(second).build().toByteString());

    assertThat(CrossChainTransaction.requestBytes(twice))
        .isEqualTo(Message.parseFrom(twice).getXtRequest().toByteString());
  }

  @Test
  void anotherPayloadInBetweenMakesTheFirstPieceCountForNothing() throws Exception {
    XTRequest first = XTRequest.newBuilder().addTransactions(entry(1)).build();
    XTRequest second = XTRequest.newBuilder().addTransactions(entry(2)).build();
    ByteString three =
        Message.newBuilder()
            .setXtRequest(first)
            .build()
            .toByteString()
            .concat(Message.newBuilder().setPing(Ping.getDefaultInstance()).build().toByteString())
            .concat(Message.newBuilder().setXtRequest(second).build().toByteString());

    // Generated Java parsers join the pieces even so; the dynamic one does as the specification
    // says.
    Message reference =
        Message.parseFrom(DynamicMessage.parseFrom(Message.getDescriptor(), three).toByteString());
    assertThat(reference.getXtRequest()).isEqualTo(second);
    assertThat(CrossChainTransaction.requestBytes(three)).isEqualTo(second.toByteString());
  }

  private static TransactionRequest entry(long chain) {
    return TransactionRequest.newBuilder()
        .setChainId(ChainId.of(chain).bytes())
        .addTransaction(ByteString.copyFromUtf8("tx"))
        .build();
  }
}
