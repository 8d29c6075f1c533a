// Pins whose definitions of custom resources the manifests are checked with: `go mod download`, nothing is built.
// Not to be tidied, as no package of them is imported.
module modules

go 1.26.0

require (
	github.com/cert-manager/cert-manager v1.21.2
	github.com/external-secrets/external-secrets v1.3.2
	github.com/kedacore/keda/v2 v2.21.0
	github.com/prometheus-operator/prometheus-operator v0.93.0
	sigs.k8s.io/gateway-api v1.6.3
)
