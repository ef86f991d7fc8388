"""The state machine of one call, without I/O, clock or Azure.

Theory
------
A session is told events, one at a time, and answers with commands. Each command becomes one activity, whose return is
the event `performed`. Between two events the session is JSON. Time comes in with each event; `deadline_at` says when to
say `timed_out` if nothing else happens first.

*Two machines.* The flow (`flows.interpreter`) knows what should happen: it asks for one act (answer, play, listen,
record, transfer, hang up) and waits for its result. The session knows how that is done with Graph, where every act is a
request, a later notification, and a number of ways to go wrong. Its states are the stages of the act at hand; a handler
that finds the act done returns the result, and the flow's next act begins at once.

*Rules.*

1. One media operation at a time. Graph queues operations, but what is queued cannot be taken back one by one, and a
   caller who presses a key must not hear what was queued for another answer.
2. Everything is matched by step. An operation is ours when its client context names the step of the operation in
   flight, or its id is the one that Graph gave it. Anything else that ends is an old story. The end may be told before
   the request has returned; then the return says nothing new.
3. Notifications overtake one another, so a call never goes back from established. The flow begins only at established
   *and* audio active (earlier, prompts fail), and begins once, however often that is told.
4. Keys are heard from the moment of the answer: tones are subscribed before the first prompt, put in order
   (`calls.tones`), and buffered until somebody wants them. The key that interrupts a prompt counts.
5. Every wait has a deadline of its own (`calls.deadlines`), absolute, moved by nothing but its own act.
6. `ended` is the end in every state. The error `gone`, and an operation that ends as one does with its call, announce
   it (`calls.cut_off`). What the caller left behind (a recording) is waited for, briefly, and then `close_call` is the
   last command, exactly once; when it has returned the session has `ended`.
7. What has no row in `TABLE` is ignored by rule, and changes nothing. What is no event at all raises `IllegalEvent`,
   and changes nothing either.

8. A call is had by the flow's act `Answer`, whichever way it begins: the one that rings is answered, the one that was
   asked for is placed (`calls.placing`). What is said of flows, keys and prompts holds for both, and for meetings.
9. The session is asked things from outside as well (`calls.controls`): each request is one event and gets one answer
   in the journal. It never changes what the flow waits for, but for a transfer, a release and a hang-up. After a
   transfer that fails, and in a meeting that is joined again (`calls.rejoining`), the act at hand begins once more.
10. A call that somebody takes over, by a transfer or with `replacesCallId`, ends as expected: `transferred`, `moved`.

States
------
`ringing` (nothing decided) -> `answering`, or `placing` (asked for) -> `dialling` (Graph has named the call) ->
`subscribing` -> the flow's acts: `playing`, `interrupting` (a key came, the cancelled prompt has not ended),
`listening`, `recording`, `staying`, `fetching` (a service is asked, or who waits), `consulting` (the target of a
transfer is), `transferring`; or `cut_off` (it seems to be over) -> `hanging_up` -> `ending` (over, but a recording is
still on its way) -> `closing` -> `closed`. A meeting that is lost goes back to `placing`.
`declining`: rejected or redirected without an answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from calls import (
    answering,
    consultations,
    controls,
    declining,
    fetching,
    gathering,
    handovers,
    keys,
    legs,
    media,
    placing,
    queueing,
    recordings,
    rejoining,
    staying,
    transfers,
)
from calls.call import Call, Progress
from calls.events import (
    CallChanged,
    ConsultationNews,
    Control,
    Ended,
    Event,
    Key,
    OperationEnded,
    Performed,
    RecordingSettled,
    RosterChanged,
)
from calls.performed import closed, performed
from calls.states import State
from flows import acts
from flows.acts import Act

Handler = Callable[[Call, Any], Progress]
Row = dict[type[Event], Handler]

_ANY: Row = {
    CallChanged: answering.observe,
    Key: keys.keep,
    OperationEnded: media.operation_ended,
    RecordingSettled: recordings.settled,
    RosterChanged: staying.roster_changed,
    Performed: performed,
    Control: controls.otherwise,
    Ended: rejoining.ended,
}
_LIVE: Row = {**_ANY, Control: controls.while_live}
_LEAVING: Row = {**_ANY, Control: controls.too_late}

TABLE: dict[State, Row] = {
    State.RINGING: {**_ANY},
    State.DECLINING: {**_LEAVING},
    State.ANSWERING: {**_ANY, CallChanged: answering.while_answering},
    State.PLACING: {**_ANY, CallChanged: placing.while_placing},
    State.DIALLING: {**_ANY, CallChanged: placing.while_dialling},
    State.SUBSCRIBING: {**_ANY},
    State.PLAYING: {**_LIVE, Key: keys.while_playing},
    State.INTERRUPTING: {**_LIVE, Key: keys.while_interrupting},
    State.LISTENING: {**_LIVE, Key: keys.while_listening},
    State.RECORDING: {**_LIVE, Key: keys.while_recording},
    State.STAYING: {**_LIVE},
    State.FETCHING: {**_ANY},
    State.CONSULTING: {**_LIVE, ConsultationNews: consultations.news},
    State.TRANSFERRING: {**_ANY, CallChanged: transfers.while_transferring},
    State.CUT_OFF: {**_ANY},
    State.HANGING_UP: {**_LEAVING},
    State.ENDING: {
        OperationEnded: media.operation_ended,
        RecordingSettled: recordings.settled,
        Performed: performed,
        Control: controls.too_late,
    },
    State.CLOSING: {Performed: closed},
    State.CLOSED: {},
}

ACTS: dict[type[Act], Callable[[Call, Any], Progress]] = {
    acts.Answer: placing.have,
    acts.Reject: declining.reject,
    acts.Redirect: declining.redirect,
    acts.Play: media.play,
    acts.Listen: media.listen,
    acts.Record: media.record,
    acts.Transfer: handovers.by_flow,
    acts.Stay: staying.stay,
    acts.Report: legs.report_act,
    acts.Fetch: fetching.fetch,
    acts.Run: fetching.run,
    acts.Queue: queueing.queue,
    acts.Gather: gathering.gather,
    acts.Invite: gathering.invite,
    acts.Count: gathering.count,
    acts.HangUp: declining.hang_up,
}
