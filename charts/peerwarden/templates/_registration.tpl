{{/* What the API server is to be told: files/webhook-configurations.yaml, with the values worked in. */}}

{{/* The API groups that are switched on, as {"groups": [...]}. */}}
{{- define "peerwarden.groups" -}}
groups:
  - peerwarden.io
  {{- if .Values.kinds.kubeOvn }}
  - kubeovn.io
  {{- end }}
  {{- if .Values.kinds.kyma }}
  - cloud-resources.kyma-project.io
  {{- end }}
{{- end }}

{{/* The certificate authority, in base64, where the user brings one. */}}
{{- define "peerwarden.caBundle" -}}
{{- if eq .Values.certificates.mode "files" -}}
{{- $bundle := required "certificates.mode is files: certificates.caBundle must hold the authority that the API server is to trust" .Values.certificates.caBundle -}}
{{- hasPrefix "-----BEGIN" $bundle | ternary ($bundle | b64enc) $bundle -}}
{{- end -}}
{{- end }}

{{/* One entry of a configuration, as it shall be: (list . entry). */}}
{{- define "peerwarden.registrationEntry" -}}
{{- $root := first . -}}
{{- $entry := last . -}}
{{- $groups := (include "peerwarden.groups" $root | fromYaml).groups -}}
{{- $rules := list -}}
{{- range $entry.rules -}}
{{- if has (first .apiGroups) $groups -}}
{{- $rules = append $rules . -}}
{{- end -}}
{{- end -}}
{{- $_ := set $entry "rules" $rules -}}
{{- $_ := set $entry "timeoutSeconds" (int $root.Values.registration.timeoutSeconds) -}}
{{- $_ := set $entry "failurePolicy" $root.Values.registration.failurePolicy -}}
{{- $_ := set $entry.clientConfig.service "name" (include "peerwarden.component" (list $root "webhook")) -}}
{{- $_ := set $entry.clientConfig.service "namespace" $root.Release.Namespace -}}
{{- $_ := unset $entry.clientConfig "caBundle" -}}
{{- with include "peerwarden.caBundle" $root -}}
{{- $_ := set $entry.clientConfig "caBundle" . -}}
{{- end -}}
{{- toYaml $entry -}}
{{- end }}

{{/* Both configurations, entries that have no rules left out. */}}
{{- define "peerwarden.registration" -}}
{{- $root := . -}}
{{- $text := .Files.Get "files/webhook-configurations.yaml" | replace "peerwarden-system" .Release.Namespace -}}
{{- $documents := list -}}
{{- range splitList "\n---\n" $text -}}
{{- $configuration := fromYaml . -}}
{{- $entries := list -}}
{{- range $configuration.webhooks -}}
{{- $entry := include "peerwarden.registrationEntry" (list $root .) | fromYaml -}}
{{- if $entry.rules -}}
{{- $entries = append $entries $entry -}}
{{- end -}}
{{- end -}}
{{- $_ := set $configuration "webhooks" $entries -}}
{{- $_ := set $configuration.metadata "name" (include "peerwarden.fullname" $root) -}}
{{- $documents = append $documents (toYaml $configuration) -}}
{{- end -}}
{{- join "\n---\n" $documents -}}
{{- end }}

{{/* The annotation by which cert-manager's cainjector fills in the authority. */}}
{{- define "peerwarden.injection" -}}
{{- if eq .Values.certificates.mode "cert-manager" -}}
cert-manager.io/inject-ca-from: {{ .Release.Namespace }}/{{ include "peerwarden.certificateSecret" . }}
{{- end -}}
{{- end }}

{{/* An empty configuration, which the daemon fills: (list . kind hook), where hook is true for the one that is only made to be
deleted. */}}
{{- define "peerwarden.shell" -}}
{{- $root := first . -}}
{{- $hook := last . -}}
{{- $injection := include "peerwarden.injection" $root -}}
apiVersion: admissionregistration.k8s.io/v1
kind: {{ index . 1 }}
metadata:
  name: {{ include "peerwarden.fullname" $root }}
  labels: {{- include "peerwarden.commonLabels" $root | nindent 4 }}
  {{- if $hook }}
  annotations:
    helm.sh/hook: pre-delete
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
  {{- else if $injection }}
  annotations: {{- $injection | nindent 4 }}
  {{- end }}
{{- end }}
