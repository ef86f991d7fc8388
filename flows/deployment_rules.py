"""The rules about several documents together, and about what a deployment lets them do (`flows.rules`)."""

from __future__ import annotations

from flows.rule import error, warning

DEPLOYMENTS = (
    error("unreadable", "Files can be read.", "Nobody knows what they hold.", "See the message."),
    error(
        "file-name",
        "A flow's file is called by its id.",
        "The bot looks for {id}.yaml.",
        "Rename the file, or correct the id.",
    ),
    error(
        "subflow-without-return",
        "A flow that is used as a subflow comes back.",
        "The call would end in it, and what follows would be for nothing.",
        "End it with nodes of kind 'return', or use 'goto' and nodes of this flow.",
    ),
    error(
        "subflow-circle",
        "No flow is part of itself.",
        "It could not be written out.",
        "Lead back with a node of the same flow.",
    ),
    error(
        "subflow-routed",
        "Calls are routed to flows that answer them.",
        "A flow with a 'return' is for other flows.",
        "Route to a flow that uses it.",
    ),
    error("duplicate-flow", "An id names one flow.", "Only one of the two would be used.", "Rename one of them."),
    error(
        "missing-locale",
        "A locale that is used has prompts.",
        "The call would have nothing to say.",
        "Make the prompts of that locale, or use another.",
    ),
    error(
        "prompt-format",
        "Prompts are WAV, PCM, 16 kHz, mono, 16-bit.",
        "Graph plays nothing else.",
        "Make the prompt again: python -m prompts.make",
    ),
    error("duplicate-route", "Routes have different names.", "Records could not tell them apart.", "Rename one."),
    error("unknown-flow", "Flows that are named exist.", "Calls would get an apology.", "Correct the name."),
    error(
        "route-order",
        "The last route, and no other, takes every call.",
        "Otherwise some calls have no route, or some routes no calls.",
        "Move the route without 'when' to the end.",
    ),
    warning(
        "unreachable-route",
        "Two routes have different conditions.",
        "The first match wins: the second gets no call.",
        "Remove or correct it.",
    ),
    warning(
        "recording-off",
        "A flow that records is routed with 'recording: kept'.",
        "The node fails, and the caller's message is not taken.",
        "Add 'recording: kept' to the route.",
    ),
    error(
        "pstn-without-instance",
        "A flow that sends callers to a phone number is called by number or resource account.",
        "Graph sends on to the telephone network only calls to an application instance.",
        "Add 'phone' or 'applicationInstance' to the route's 'when', or transfer to a user.",
    ),
    error(
        "http-not-allowed",
        "Services that are asked are those that the setting HTTP_ALLOW lists.",
        "The deployment asks no other, and the node fails.",
        "Add the host, with its port where that is not 443, to HTTP_ALLOW, and tell 'check' with --http-allow.",
    ),
    error(
        "dial-not-allowed",
        "Numbers that are dialled begin as the setting DIAL_ALLOW says.",
        "The deployment refuses every other, as it does without the setting, and the node fails.",
        "Add the beginning of the number to DIAL_ALLOW, and tell 'check' with --dial-allow; or transfer to a user.",
    ),
)
