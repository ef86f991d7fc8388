"""The media worker: holds the media sessions of calls whose media an application hosts.

A package of its own that shares no module with the rooms beside it: it is told what to do over HTTPS, and tells what
happens by POST. `README.md` says what it does and what has never run.
"""
