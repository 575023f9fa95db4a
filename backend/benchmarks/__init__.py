"""Benchmarks of the application against a baseline; `make bench` runs them all."""
