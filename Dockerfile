# The images of the publisher and the sequencer, and of what helps them: keys, and one XT as a demo.
# Copies what the build made and fetches nothing; bin/image builds all of them.
#
#   docker build --target service --build-arg SERVICE=publisher -t rollcall/publisher .
#   docker build --target tools -t rollcall/tools .

# Any image with a Java 25 as `java`, and bash for the health check.
ARG BASE_IMAGE=eclipse-temurin:25-jre

# Keys, and one XT through services that run: no part of production.
FROM ${BASE_IMAGE} AS tools
LABEL org.opencontainers.image.title="Rollcall tools" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN mkdir -p /keys/publisher /keys/alpha /keys/beta && chown -R 10001:10001 /keys
COPY system-tests/target/lib/ /opt/rollcall/lib/
COPY system-tests/target/classes/ /opt/rollcall/classes/
COPY docker/make-keys docker/demo docker/cluster-keys /opt/rollcall/
USER 10001:10001
CMD ["/opt/rollcall/make-keys"]

# What the jar holds, in layers: what changes rarely is not shipped again.
FROM ${BASE_IMAGE} AS layers
ARG SERVICE
WORKDIR /build
COPY ${SERVICE}-service/target/${SERVICE}-service.jar service.jar
RUN java -Djarmode=tools -jar service.jar extract --layers --destination out

# Starts the service once, as far as it gets without peers, to make the cache for faster starts.
FROM ${BASE_IMAGE} AS trained
ARG SERVICE
WORKDIR /opt/rollcall
COPY bin/lib/jvm.options bin/lib/train ./
COPY --from=layers /build/out/dependencies/ ./
COPY --from=layers /build/out/snapshot-dependencies/ ./
COPY --from=layers /build/out/application/ ./
RUN ./train "${SERVICE}" /opt/rollcall/service.jar /opt/rollcall/service.aot

FROM ${BASE_IMAGE} AS service
ARG SERVICE
ARG VERSION=0.1.0-SNAPSHOT
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Rollcall ${SERVICE}" \
      org.opencontainers.image.description="Cross-chain transactions for EVM rollups: all of them commit, or none does" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# The folder must belong to the user before a volume is made of it.
RUN mkdir -p /var/lib/rollcall/data && chown -R 10001:10001 /var/lib/rollcall
COPY docker/healthy /opt/rollcall/
COPY --from=trained /opt/rollcall/jvm.options /opt/rollcall/
COPY --from=layers /build/out/dependencies/ /opt/rollcall/
COPY --from=layers /build/out/snapshot-dependencies/ /opt/rollcall/
COPY --from=layers /build/out/application/ /opt/rollcall/
COPY --from=trained /opt/rollcall/service.aot /opt/rollcall/
WORKDIR /var/lib/rollcall
USER 10001:10001
VOLUME /var/lib/rollcall/data
# TCP of the publisher; HTTP of the publisher; HTTP of a sequencer.
EXPOSE 8080 8081 8090
# Further JVM settings: JDK_JAVA_OPTIONS. Settings of the service: arguments, environment, or
# /var/lib/rollcall/config/application.yml.
# One that is starting is not unhealthy for as long as the chart allows: recovery reads the log. Kubernetes asks by its own probes.
HEALTHCHECK --interval=5s --timeout=3s --start-period=300s --retries=6 CMD ["/opt/rollcall/healthy"]
ENTRYPOINT ["java", "@/opt/rollcall/jvm.options", "-XX:AOTCache=/opt/rollcall/service.aot", "-jar", "/opt/rollcall/service.jar"]
ENV ROLLCALL_SERVICE=${SERVICE}
