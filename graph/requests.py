"""What can be asked of Graph about a call: one type per action, checked when made, sent by `client`.

`action` is Graph's name of it. Every request knows its `method`, its `path` below Graph's root, its `body()`, and
what its response says: `outcome()` gives the JSON an activity returns.

All raise `BadRequest` on construction where a documented limit is broken.
"""

from graph.call_requests import Answer, GetCall, HangUp, KeepAlive, Redirect, Reject, Transfer
from graph.media_requests import CancelMediaProcessing, PlayPrompt, RecordResponse, SubscribeToTone
from graph.operations import Operation
from graph.request import Request
from graph.targets import BadRequest, MediaInfo, Target

__all__ = [
    "Answer",
    "BadRequest",
    "CancelMediaProcessing",
    "GetCall",
    "HangUp",
    "KeepAlive",
    "MediaInfo",
    "Operation",
    "PlayPrompt",
    "RecordResponse",
    "Redirect",
    "Reject",
    "Request",
    "SubscribeToTone",
    "Target",
    "Transfer",
]
