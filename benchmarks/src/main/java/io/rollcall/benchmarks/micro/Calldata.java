package io.rollcall.benchmarks.micro;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.TransactionRequest;
import io.rollcall.proto.v1.XTRequest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Random;

/**
 * Messages of about a size, whose transactions have the bytes that those of Ethereum have: what a
 * compressor finds in them is what it finds there. They decode as RLP, and nothing more.
 */
public final class Calldata {

  /** What is in the transactions. */
  public enum Content {
    /**
     * Transfers of a token, each signed: addresses, amounts and signatures are random, which is
     * half of their bytes.
     */
    TRANSFERS,
    /**
     * One call with an array of words of the ABI: small numbers, and a few addresses again and
     * again.
     */
    CALL,
    /** Random bytes, as of a batch that was compressed before. */
    NOISE
  }

  private static final int WORD = 32;
  private static final int ADDRESS = 20;
  private static final int AROUND = 40;

  private final Random random = new Random(1);
  private final byte[][] contracts = new byte[8][];

  private Calldata() {
    for (int i = 0; i < contracts.length; i++) {
      contracts[i] = randomBytes(ADDRESS);
    }
  }

  static Message message(Content content, int size) {
    return new Calldata().make(content, size);
  }

  private Message make(Content content, int size) {
    TransactionRequest.Builder transactions =
        TransactionRequest.newBuilder().setChainId(Xts.FIRST.bytes());
    switch (content) {
      case TRANSFERS -> {
        int left = size - AROUND;
        while (left > 0) {
          ByteString transfer = ByteString.copyFrom(transfer());
          transactions.addTransaction(transfer.substring(0, Math.min(left, transfer.size())));
          left -= transfer.size();
        }
      }
      case CALL -> transactions.addTransaction(ByteString.copyFrom(call(size - AROUND)));
      case NOISE -> transactions.addTransaction(ByteString.copyFrom(randomBytes(size - AROUND)));
    }
    return Message.newBuilder()
        .setSenderId("optimism")
        .setXtRequest(XTRequest.newBuilder().addTransactions(transactions))
        .build();
  }

  /** Type 2: chain, nonce, fees, gas, contract, value, transfer(address,uint256), signature. */
  private byte[] transfer() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {0x02, (byte) 0xf8, (byte) 0xb0, (byte) 0x82, (byte) 0xd9, 0x03});
    out.writeBytes(new byte[] {(byte) 0x82, (byte) random.nextInt(4), (byte) random.nextInt(256)});
    out.writeBytes(new byte[] {(byte) 0x84, 0x3b, (byte) 0x9a, (byte) 0xca, 0x00, (byte) 0x84});
    out.writeBytes(new byte[] {0x77, 0x35, (byte) 0x94, 0x00, (byte) 0x82, (byte) 0xea, 0x60});
    out.write(0x94);
    out.writeBytes(contract());
    out.writeBytes(new byte[] {(byte) 0x80, (byte) 0xb8, 0x44, (byte) 0xa9, 0x05, (byte) 0x9c});
    out.write(0xbb);
    out.writeBytes(new byte[WORD - ADDRESS]);
    out.writeBytes(randomBytes(ADDRESS));
    out.writeBytes(new byte[WORD - Long.BYTES]);
    out.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(random.nextLong() >>> 8).array());
    out.writeBytes(new byte[] {(byte) 0xc0, 0x01, (byte) 0xa0});
    out.writeBytes(randomBytes(WORD));
    out.write(0xa0);
    out.writeBytes(randomBytes(WORD));
    return out.toByteArray();
  }

  private byte[] call(int size) {
    ByteBuffer words = ByteBuffer.allocate(size);
    while (words.remaining() >= WORD) {
      byte[] value =
          random.nextInt(4) == 0
              ? contract()
              : ByteBuffer.allocate(Integer.BYTES).putInt(random.nextInt() >>> 12).array();
      words.position(words.position() + WORD - value.length);
      words.put(value);
    }
    return words.array();
  }

  private byte[] contract() {
    return contracts[random.nextInt(contracts.length)];
  }

  private byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }
}
