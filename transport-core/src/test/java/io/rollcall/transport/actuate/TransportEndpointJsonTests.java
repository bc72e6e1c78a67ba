package io.rollcall.transport.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.transport.testing.ConnectionInfos;
import io.rollcall.transport.testing.FakeTransportClient;
import io.rollcall.transport.testing.FakeTransportServer;
import org.junit.jupiter.api.Test;
import org.skyscreamer.jsonassert.JSONAssert;
import org.springframework.boot.actuate.autoconfigure.endpoint.jackson.JacksonEndpointAutoConfiguration;
import org.springframework.boot.actuate.endpoint.jackson.EndpointJsonMapper;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What operators get from {@code /actuator/transport}, written by Spring Boot's own mapper. */
class TransportEndpointJsonTests {

  @Test
  void isWhatOperatorsRead() {
    FakeTransportServer server = new FakeTransportServer();
    server.start();
    server.connections.add(ConnectionInfos.trusted("optimism"));
    FakeTransportClient client = new FakeTransportClient();
    client.failed("connection refused");

    new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(JacksonEndpointAutoConfiguration.class))
        .run(context -> {
          assertThat(context).hasNotFailed();
          String json =
              context
                  .getBean(EndpointJsonMapper.class)
                  .get()
                  .writeValueAsString(new TransportEndpoint(server, client).transport());
          JSONAssert.assertEquals(
              """
              {
                "server": {
                  "running": true,
                  "address": "localhost:4321",
                  "connections": [
                    {
                      "id": "c-optimism",
                      "identity": "optimism",
                      "handshake": "v1",
                      "tls": false,
                      "compression": "none",
                      "remoteAddress": "192.0.2.1:40000",
                      "chains": ["10", "8453"],
                      "connectedAt": "2026-01-01T00:00:00Z",
                      "lastSeen": "2026-01-01T00:00:09Z",
                      "bytesRead": 1000,
                      "bytesWritten": 2000,
                      "messagesRead": 10,
                      "messagesWritten": 20,
                      "queuedBytes": 30,
                      "roundTripTime": "PT0.007S"
                    }
                  ]
                },
                "client": {
                  "id": "fake",
                  "serverAddress": "publisher.example:8080",
                  "connected": false,
                  "dials": 0,
                  "lastFailure": "connection refused"
                }
              }
              """,
              json,
              true);
        });
  }
}
