"""HTTP for services with a REST API: what every request passes, and what every response has."""
