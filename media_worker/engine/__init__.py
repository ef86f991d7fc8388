"""Engines: what stands between the worker and a media platform. All of them behind `engine.interface.Engine`."""
