"""Keycloak, a whole OpenID Connect provider of another make, for `make check-oidc`."""
