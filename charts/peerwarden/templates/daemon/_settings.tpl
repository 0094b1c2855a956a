{{/* The file that --config names. */}}
{{- define "peerwarden.daemon.settings" -}}
{{- $own := dict
  "listen" ":8081"
  "kinds" (include "peerwarden.kinds" .)
  "policy" "/etc/peerwarden/policy/policy.yaml"
  "registration" "/etc/peerwarden/registration/registration.yaml"
  "certificates" (eq .Values.certificates.mode "own" | ternary "own" "none")
  "certificate-secret" (include "peerwarden.certificateSecret" .)
  "mode" (eq .Values.daemon.mode "manage" | ternary "manage" "observe")
  "clouds" (join "," .Values.daemon.clouds)
-}}
{{- merge $own .Values.daemon.settings | toYaml -}}
{{- end }}
