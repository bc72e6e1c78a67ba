package io.rollcall.service.testing;

import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A tracer as Spring Boot makes it, and what was recorded with it. Not closed: it holds nothing.
 */
public final class RecordedSpans {

  private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
  private final Tracer tracer;

  private RecordedSpans(Sampler rootSampler) {
    SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .setSampler(Sampler.parentBased(rootSampler))
            .addSpanProcessor(SimpleSpanProcessor.create(exporter))
            .build();
    tracer = new OtelTracer(provider.get("test"), new OtelCurrentTraceContext(), _ -> {});
  }

  /** Records every trace that begins here, and of others what is sampled. */
  public static RecordedSpans ofAll() {
    return new RecordedSpans(Sampler.alwaysOn());
  }

  /** Records what others sampled, and no trace that begins here. */
  public static RecordedSpans ofSampledParents() {
    return new RecordedSpans(Sampler.alwaysOff());
  }

  /** The tracer. */
  public Tracer tracer() {
    return tracer;
  }

  /** Names of all spans that ended, in that order. */
  public List<String> names() {
    return spans().stream().map(SpanData::getName).toList();
  }

  /** The one ended span of this name. */
  public SpanData named(String name) {
    return spans().stream()
        .filter(span -> span.getName().equals(name))
        .reduce((one, other) -> {
          throw new AssertionError("two spans are named " + name);
        })
        .orElseThrow(() -> new AssertionError("no span " + name + " among " + names()));
  }

  /** The one ended span of this name under this one. */
  public SpanData under(SpanData parent, String name) {
    return spans().stream()
        .filter(span -> span.getName().equals(name))
        .filter(span -> span.getParentSpanId().equals(parent.getSpanId()))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name + " under " + parent.getName()));
  }

  /** All spans that ended, in that order. */
  public List<SpanData> spans() {
    return exporter.getFinishedSpanItems();
  }

  /** A span's attributes, as text. */
  public static Map<String, String> attributes(SpanData span) {
    return span.getAttributes().asMap().entrySet().stream()
        .collect(
            Collectors.toMap(
                entry -> key(entry.getKey()), entry -> String.valueOf(entry.getValue())));
  }

  private static String key(AttributeKey<?> key) {
    return key.getKey();
  }
}
