"""Deterministic generators, one module per orchestration; they decide nothing that `calls` could decide.

Names of orchestrations, activities and events are wire format: they live in running histories.
"""
