{{/* The file that --config names. */}}
{{- define "peerwarden.webhook.settings" -}}
{{- $own := dict
  "listen" ":8443"
  "metrics-listen" ":8080"
  "tls-cert" "/etc/peerwarden/tls/tls.crt"
  "tls-key" "/etc/peerwarden/tls/tls.key"
  "kinds" (include "peerwarden.kinds" .)
  "policy" "/etc/peerwarden/policy/policy.yaml"
  "validating-configuration" (include "peerwarden.fullname" .)
  "mutating-configuration" (include "peerwarden.fullname" .)
-}}
{{- merge $own .Values.webhook.settings | toYaml -}}
{{- end }}

{{/* A duration as the programs write it, such as 500ms or 2m, in seconds. */}}
{{- define "peerwarden.seconds" -}}
{{- $unit := regexFind "[a-z]+$" . -}}
{{- mulf (trimSuffix $unit . | float64) (get (dict "ms" 0.001 "s" 1.0 "m" 60.0 "h" 3600.0) $unit) -}}
{{- end }}
