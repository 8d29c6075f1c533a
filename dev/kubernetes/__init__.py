"""The manifests of deploy/k8s: what of them follows from declarations of parts, settings, topics and rights; checks."""
