//go:build tools

// Package tools names the command that the tests of the chart build from this module.
package tools

import _ "helm.sh/helm/v3/cmd/helm"
