"""Benchmarks: what they need and the commands that run them; not part of the package."""
