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

{{/* Whose kinds are switched on, as the programs name them. */}}
{{- define "peerwarden.kinds" -}}
{{- $names := list -}}
{{- if .Values.kinds.kubeOvn -}}
{{- $names = append $names "kube-ovn" -}}
{{- end -}}
{{- if .Values.kinds.kyma -}}
{{- $names = append $names "kyma" -}}
{{- end -}}
{{- join "," $names -}}
{{- end }}

{{/* The certificate authority, in base64, where the user brings one. */}}
{{- define "peerwarden.caBundle" -}}
{{- if eq .Values.certificates.mode "files" -}}
{{- $bundle := required "certificates.mode is files: certificates.caBundle must hold the authority that the API server is to trust" .Values.certificates.caBundle -}}
{{- $text := contains "-----BEGIN" $bundle | ternary $bundle ($bundle | b64dec) -}}
{{- if not (contains "-----BEGIN CERTIFICATE-----" $text) -}}
{{- fail "certificates.caBundle holds no certificate in PEM, nor in base64" -}}
{{- end -}}
{{- if contains "PRIVATE KEY" $text -}}
{{- fail "certificates.caBundle holds a private key, and everybody may read it there" -}}
{{- end -}}
{{- $text | b64enc -}}
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

{{/* Only for Helm itself, which is told by its seeing the cluster: who applies what "helm template" gives would apply one object
twice, and Argo CD takes the last one of a name, which would be the hook that it never runs. */}}
{{- define "peerwarden.uninstallHooks" -}}
{{- and .Values.uninstallHooks (lookup "v1" "Namespace" "" "kube-system" | empty | not) -}}
{{- end }}

{{/* An empty configuration, which the daemon fills: (list . kind hook), where hook is true for the one that is only made to be
deleted. */}}
{{- define "peerwarden.shell" -}}
{{- $root := first . -}}
{{- $hook := last . -}}
{{- $annotations := include "peerwarden.injection" $root | fromYaml | default dict -}}
{{- if not (and $root.Values.kinds.kubeOvn $root.Values.kinds.kyma) -}}
{{- $_ := set $annotations "peerwarden.io/guards" ((include "peerwarden.groups" $root | fromYaml).groups | join ",") -}}
{{- end -}}
apiVersion: admissionregistration.k8s.io/v1
kind: {{ index . 1 }}
metadata:
  name: {{ include "peerwarden.fullname" $root }}
  labels: {{- include "peerwarden.commonLabels" $root | nindent 4 }}
  {{- if $hook }}
  annotations:
    helm.sh/hook: pre-delete
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
  {{- else if $annotations }}
  annotations: {{- toYaml $annotations | nindent 4 }}
  {{- end }}
{{- end }}
