"""The kinds of nodes, one module each. A new kind is its module and a row here."""

from __future__ import annotations

from flows.kinds.answer import Answer
from flows.kinds.branch import Branch
from flows.kinds.collect import Collect
from flows.kinds.dial import Dial
from flows.kinds.goto import Goto
from flows.kinds.hangup import HangUp
from flows.kinds.hours import Hours
from flows.kinds.http import Http
from flows.kinds.language import Language
from flows.kinds.loop import Loop
from flows.kinds.meeting import Meeting
from flows.kinds.menu import Menu
from flows.kinds.notify import Notify
from flows.kinds.participants import Participants
from flows.kinds.play import Play
from flows.kinds.python import Python
from flows.kinds.queue import Queue
from flows.kinds.record import Record
from flows.kinds.redirect import Redirect
from flows.kinds.reject import Reject
from flows.kinds.report import Report
from flows.kinds.say import Say
from flows.kinds.set import Set
from flows.kinds.stay import Stay
from flows.kinds.subflow import Return, Subflow
from flows.kinds.transfer import Transfer
from flows.kinds.voicemail import Voicemail
from flows.kinds.wait import Wait
from flows.nodes import Node

KINDS: dict[str, type[Node]] = {
    kind.KIND: kind
    for kind in (
        Answer,
        Branch,
        Collect,
        Dial,
        Goto,
        HangUp,
        Hours,
        Http,
        Language,
        Loop,
        Meeting,
        Menu,
        Notify,
        Participants,
        Play,
        Python,
        Queue,
        Record,
        Redirect,
        Reject,
        Report,
        Return,
        Say,
        Set,
        Stay,
        Subflow,
        Transfer,
        Voicemail,
        Wait,
    )
}
