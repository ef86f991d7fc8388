"""Flows tried without telephones: the real session machine, a pretended Graph, and virtual time.

`stage` runs one call up to every point at which somebody else decides how it goes on; `explorer` takes every way there
is, `scenarios` the ways that an author wrote down.
"""
