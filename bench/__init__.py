"""Benchmarks and chaos tests, for one machine; never deployed."""
