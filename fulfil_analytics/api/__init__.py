"""The Python API: an audit as an object that a notebook can ask, filter, draw and compare.

Everything public is reached through the package itself: ``import fulfil_analytics as fa``.
"""
