"""Thin adapters, each named as the Graph action in snake_case: a plain dict in, `{"ok": ...}` or `{"error": ...}` out.

Activities run at least once, and they do not raise for what can be foreseen: a failed activity in a race or a fan-out
makes the SDK's replay diverge.
"""
