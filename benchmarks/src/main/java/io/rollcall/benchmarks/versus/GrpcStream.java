package io.rollcall.benchmarks.versus;

import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoUtils;
import io.rollcall.proto.v1.Message;

/** The one method of the service: messages both ways. */
final class GrpcStream {

  static final String SERVICE = "rollcall.bench.Transport";

  static final MethodDescriptor<Message, Message> METHOD =
      MethodDescriptor.<Message, Message>newBuilder()
          .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
          .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, "Stream"))
          .setRequestMarshaller(ProtoUtils.marshaller(Message.getDefaultInstance()))
          .setResponseMarshaller(ProtoUtils.marshaller(Message.getDefaultInstance()))
          .build();

  private GrpcStream() {}
}
