"""Measures the service against pgbench and a bare Hummingbird. See ../README.md."""
