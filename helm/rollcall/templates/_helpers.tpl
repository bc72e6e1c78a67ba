{{/* The name of everything: the release's, with the chart's unless that is in it. */}}
{{- define "rollcall.fullname" -}}
{{- if contains "rollcall" .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-rollcall" .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What selects the pods of one service; takes root and name. */}}
{{- define "rollcall.selector" -}}
app.kubernetes.io/name: rollcall
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end -}}

{{- define "rollcall.labels" -}}
{{ include "rollcall.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "rollcall.image" -}}
{{ printf "%s%s:%s" .root.Values.image.registry (index .root.Values.image .image) (.root.Values.image.tag | default .root.Chart.AppVersion) }}
{{- end -}}

{{- define "rollcall.serviceAccount" -}}
{{ .Values.serviceAccount.name | default (include "rollcall.fullname" .) }}
{{- end -}}

{{/* The Secret with a member's private key; takes root, name and spec. */}}
{{- define "rollcall.keySecret" -}}
{{- if .spec.key.existingSecret -}}
{{ .spec.key.existingSecret }}
{{- else if .root.Values.generateKeys -}}
{{ include "rollcall.fullname" .root }}-{{ .name }}-key
{{- else -}}
{{- fail (printf "%s has no key: name a Secret in %s, or set generateKeys" .name .path) -}}
{{- end -}}
{{- end -}}

{{/* The Secret with a member's certificate; takes root and name. */}}
{{- define "rollcall.tlsSecret" -}}
{{- if .root.Values.tls.certManager.enabled -}}
{{ include "rollcall.fullname" .root }}-{{ .name }}-tls
{{- else -}}
{{ required "tls.enabled needs tls.existingSecret, or tls.certManager.enabled" .root.Values.tls.existingSecret }}
{{- end -}}
{{- end -}}

{{/* A sequencer with the defaults of all: takes root and entry; gives YAML. */}}
{{- define "rollcall.sequencer" -}}
{{- toYaml (mergeOverwrite (deepCopy .root.Values.sequencerDefaults) .entry) -}}
{{- end -}}

{{/* Where the sequencers of this release find the publisher. */}}
{{- define "rollcall.publisherAddress" -}}
{{- if .Values.publisher.enabled -}}
{{ include "rollcall.fullname" . }}-publisher-headless:8080
{{- else -}}
{{ required "publisherAddress says where the publisher is, when publisher.enabled is off" .Values.publisherAddress }}
{{- end -}}
{{- end -}}

{{/* Settings that both services have; takes root, name and spec; gives YAML. */}}
{{- define "rollcall.commonConfig" -}}
management:
  server:
    port: 8082
  endpoint:
    health:
      # Also on the port that is not probed, kubelet and people see the same.
      show-details: always
  {{- with .root.Values.tracing }}
  {{- if .endpoint }}
  tracing:
    sampling:
      probability: {{ .samplingProbability }}
  opentelemetry:
    resource-attributes:
      "[service.instance.id]": {{ $.name }}
    tracing:
      export:
        otlp:
          endpoint: {{ .endpoint | quote }}
  {{- end }}
  {{- end }}
server:
  shutdown: graceful
auth:
  enabled: true
  private-key-file: keys/key
  {{- with .root.Values.networkId }}
  network-id: {{ . | quote }}
  {{- end }}
{{- with .root.Values.logging.format }}
logging:
  structured:
    format:
      console: {{ eq . "logfmt" | ternary "io.rollcall.transport.logfmt.LogfmtFormatter" . }}
{{- end }}
{{- if .root.Values.tls.enabled }}
transport:
  ssl:
    bundle: rollcall
{{- end }}
spring:
  config:
    # What the Job that generates keys says of the public ones.
    import: "optional:configtree:public-keys/"
  {{- if .root.Values.tls.enabled }}
  ssl:
    bundle:
      pem:
        rollcall:
          reload-on-update: true
          keystore:
            certificate: tls/tls.crt
            private-key: tls/tls.key
          truststore:
            certificate: tls/ca.crt
{{- end }}
{{- end -}}

{{/* The StatefulSet of one service. Takes root, name (publisher or the sequencer's), kind (image), spec, port and config. */}}
{{- define "rollcall.statefulSet" -}}
{{- $fullname := printf "%s-%s" (include "rollcall.fullname" .root) .name -}}
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {{ $fullname }}
  labels: {{- include "rollcall.labels" . | nindent 4 }}
spec:
  # Never two: one process owns the state.
  replicas: 1
  serviceName: {{ $fullname }}-headless
  selector:
    matchLabels: {{- include "rollcall.selector" . | nindent 6 }}
  template:
    metadata:
      labels: {{- include "rollcall.labels" . | nindent 8 }}
      annotations:
        # A changed setting starts the pod anew; changed trusted keys and certificates are taken up by the running one.
        checksum/config: {{ .config | sha256sum }}
        {{- with .spec.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      serviceAccountName: {{ include "rollcall.serviceAccount" .root }}
      automountServiceAccountToken: false
      enableServiceLinks: false
      terminationGracePeriodSeconds: {{ .spec.terminationGracePeriodSeconds }}
      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
        runAsGroup: 10001
        fsGroup: 10001
        fsGroupChangePolicy: OnRootMismatch
        seccompProfile: {type: RuntimeDefault}
      {{- with .root.Values.image.pullSecrets }}
      imagePullSecrets:
        {{- range . }}
        - name: {{ . }}
        {{- end }}
      {{- end }}
      containers:
        - name: {{ .kind }}
          image: {{ include "rollcall.image" (dict "root" .root "image" .kind) }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
          env:
            - {name: MANAGEMENT_SERVER_PORT, value: "8082"}
            {{- with .spec.storage.existingSecret }}
            {{- range list "username" "password" }}
            - name: {{ printf "%s_STORAGE_%s" (upper $.kind) (upper .) }}
              valueFrom: {secretKeyRef: {name: {{ $.spec.storage.existingSecret }}, key: {{ . }}}}
            {{- end }}
            {{- end }}
            {{- with .spec.env }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          ports:
            {{- if eq .kind "publisher" }}
            - {name: transport, containerPort: 8080}
            - {name: http, containerPort: 8081}
            {{- else }}
            - {name: http, containerPort: 8090}
            {{- end }}
            - {name: management, containerPort: 8082}
          # Recovery reads the log and may take a while after a long life.
          startupProbe:
            httpGet: {path: /actuator/health/liveness, port: management}
            periodSeconds: 2
            failureThreshold: 150
          livenessProbe:
            httpGet: {path: /actuator/health/liveness, port: management}
            periodSeconds: 10
            timeoutSeconds: 3
            failureThreshold: 6
          readinessProbe:
            httpGet: {path: /actuator/health/readiness, port: management}
            periodSeconds: 5
            timeoutSeconds: 3
          lifecycle:
            # Until everybody has heard that the pod is leaving, it goes on.
            preStop: {exec: {command: ["sleep", "5"]}}
          resources: {{- toYaml .spec.resources | nindent 12 }}
          volumeMounts:
            - {name: data, mountPath: /var/lib/rollcall/data}
            - {name: config, mountPath: /var/lib/rollcall/config, readOnly: true}
            - {name: key, mountPath: /var/lib/rollcall/keys, readOnly: true}
            {{- if .generated }}
            - {name: public-keys, mountPath: /var/lib/rollcall/public-keys, readOnly: true}
            {{- end }}
            {{- if .root.Values.tls.enabled }}
            - {name: tls, mountPath: /var/lib/rollcall/tls, readOnly: true}
            {{- end }}
            - {name: tmp, mountPath: /tmp}
      volumes:
        - name: config
          configMap: {name: {{ $fullname }}}
        - name: key
          secret:
            secretName: {{ include "rollcall.keySecret" . }}
            items: [{key: {{ .spec.key.secretKey }}, path: key}]
            defaultMode: 0440
        {{- if .generated }}
        - name: public-keys
          configMap:
            name: {{ include "rollcall.fullname" .root }}-public-keys
            items:
              {{- range .generated }}
              - {key: {{ . }}, path: {{ eq . "publisher" | ternary "auth.server-public-key" (printf "auth.trusted-sequencers.%s.public-keys" .) }}}
              {{- end }}
        {{- end }}
        {{- if .root.Values.tls.enabled }}
        - name: tls
          secret:
            secretName: {{ include "rollcall.tlsSecret" . }}
            defaultMode: 0440
        {{- end }}
        # Native libraries are unpacked there.
        - name: tmp
          emptyDir: {sizeLimit: 256Mi}
        {{- if not .spec.persistence.enabled }}
        - name: data
          emptyDir: {}
        {{- end }}
      topologySpreadConstraints:
        # The services of a release on different nodes, where there are several.
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              app.kubernetes.io/name: rollcall
              app.kubernetes.io/instance: {{ .root.Release.Name }}
      {{- with .spec.nodeSelector }}
      nodeSelector: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .spec.tolerations }}
      tolerations: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .spec.affinity }}
      affinity: {{- toYaml . | nindent 8 }}
      {{- end }}
  {{- if .spec.persistence.enabled }}
  # The volume stays when the release goes: it holds what was decided.
  persistentVolumeClaimRetentionPolicy: {whenDeleted: Retain, whenScaled: Retain}
  volumeClaimTemplates:
    - metadata:
        name: data
        {{- with .spec.persistence.annotations }}
        annotations: {{- toYaml . | nindent 10 }}
        {{- end }}
      spec:
        accessModes: [ReadWriteOnce]
        {{- with .spec.persistence.storageClass }}
        storageClassName: {{ . }}
        {{- end }}
        resources: {requests: {storage: {{ .spec.persistence.size }}}}
  {{- end }}
{{- end -}}

{{/* The Services of one service: one for the set, one for users. Takes root, name, kind and spec. */}}
{{- define "rollcall.services" -}}
{{- $fullname := printf "%s-%s" (include "rollcall.fullname" .root) .name -}}
apiVersion: v1
kind: Service
metadata:
  # A name with all addresses of the pods, as clients of the transport want it.
  name: {{ $fullname }}-headless
  labels: {{- include "rollcall.labels" . | nindent 4 }}
spec:
  clusterIP: None
  selector: {{- include "rollcall.selector" . | nindent 4 }}
  ports:
    {{- if eq .kind "publisher" }}
    - {name: transport, port: 8080, targetPort: transport}
    {{- else }}
    - {name: http, port: 8090, targetPort: http}
    {{- end }}
    - {name: management, port: 8082, targetPort: management}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ $fullname }}
  labels: {{- include "rollcall.labels" . | nindent 4 }}
  {{- with .spec.service.annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  type: {{ .spec.service.type }}
  {{- if ne .spec.service.type "ClusterIP" }}
  # The service sees who connects, and counts attempts by that address.
  externalTrafficPolicy: Local
  {{- end }}
  {{- with .spec.service.loadBalancerSourceRanges }}
  loadBalancerSourceRanges: {{- toYaml . | nindent 4 }}
  {{- end }}
  selector: {{- include "rollcall.selector" . | nindent 4 }}
  ports:
    {{- if eq .kind "publisher" }}
    - {name: transport, port: {{ .spec.service.port }}, targetPort: transport}
    {{- else }}
    - {name: http, port: {{ .spec.service.port }}, targetPort: http}
    {{- end }}
{{- if eq .kind "publisher" }}
---
# Its HTTP only reads, and stays inside the cluster.
apiVersion: v1
kind: Service
metadata:
  name: {{ $fullname }}-http
  labels: {{- include "rollcall.labels" . | nindent 4 }}
spec:
  selector: {{- include "rollcall.selector" . | nindent 4 }}
  ports:
    - {name: http, port: 8081, targetPort: http}
{{- end }}
{{- end -}}
