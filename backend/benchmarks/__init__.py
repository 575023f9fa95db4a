"""Measures the application against the plain way of writing it; `make bench` runs bench.py."""
