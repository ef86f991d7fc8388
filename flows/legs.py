"""The flows of the calls that other calls have placed: a deployment may have its own documents of these names.

`activities` and `api` have the names for themselves, for they begin without flows; a test holds them together.
"""

from __future__ import annotations

#: Asks who is to have a caller.
CONSULTATION_FLOW = "consultation-leg"
#: Asks who is to be brought into a meeting.
GATHERING_FLOW = "gathering-leg"
#: They are called without a route, and nothing of them is recorded.
LEG_FLOWS = (CONSULTATION_FLOW, GATHERING_FLOW)
