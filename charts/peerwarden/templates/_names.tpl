{{/* Names and labels. "component" is webhook, daemon or registration. */}}

{{- define "peerwarden.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{- define "peerwarden.fullname" -}}
{{- $name := include "peerwarden.name" . -}}
{{- $full := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) -}}
{{- /* Services are named after it, and a Service's name has no dots */ -}}
{{- .Values.fullnameOverride | default $full | replace "." "-" | trunc 48 | trimSuffix "-" -}}
{{- end }}

{{/* The name of a component's Deployment, Service, ServiceAccount and roles: (list . "webhook"). */}}
{{- define "peerwarden.component" -}}
{{- printf "%s-%s" (include "peerwarden.fullname" (first .)) (last .) -}}
{{- end }}

{{/* What never changes in the life of a release: (list . "webhook"). */}}
{{- define "peerwarden.selectorLabels" -}}
app.kubernetes.io/name: {{ include "peerwarden.name" (first .) }}
app.kubernetes.io/instance: {{ (first .).Release.Name }}
app.kubernetes.io/component: {{ last . }}
{{- end }}

{{/* Labels of what belongs to all components: the root. */}}
{{- define "peerwarden.commonLabels" -}}
app.kubernetes.io/name: {{ include "peerwarden.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: peerwarden
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Labels of what belongs to one component: (list . "webhook"). */}}
{{- define "peerwarden.labels" -}}
{{ include "peerwarden.commonLabels" (first .) }}
app.kubernetes.io/component: {{ last . }}
{{- end }}

{{/* Labels of pods; a new chart alone replaces none: (list . "webhook" labels). */}}
{{- define "peerwarden.podLabels" -}}
{{ include "peerwarden.selectorLabels" (list (first .) (index . 1)) }}
app.kubernetes.io/version: {{ (first .).Chart.AppVersion | quote }}
{{- with merge dict (last .) (first .).Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* A RoleBinding's subject: (list . "webhook"). */}}
{{- define "peerwarden.subject" -}}
{kind: ServiceAccount, name: {{ include "peerwarden.serviceAccount" . }}, namespace: {{ (first .).Release.Namespace }}}
{{- end }}

{{- define "peerwarden.serviceAccount" -}}
{{- $values := get (first .).Values (last .) | default dict -}}
{{- ($values.serviceAccount | default dict).name | default (include "peerwarden.component" .) -}}
{{- end }}

{{- define "peerwarden.policyConfigMap" -}}
{{- .Values.policyConfigMap | default (printf "%s-policy" (include "peerwarden.fullname" .)) -}}
{{- end }}

{{- define "peerwarden.certificateSecret" -}}
{{- if eq .Values.certificates.mode "files" -}}
{{- required "certificates.mode is files: certificates.existingSecret must name the Secret with tls.crt and tls.key" .Values.certificates.existingSecret -}}
{{- else -}}
{{- include "peerwarden.fullname" . }}-webhook-tls
{{- end -}}
{{- end }}
