"""What is watched: objectives, their rules, dashboards, and Prometheus itself for tests."""
