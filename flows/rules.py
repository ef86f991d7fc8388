"""The rules that a deployment's documents are held to: what each asks, why, and how a broken one is mended.

`error`: the document cannot be used, or a call would surely go wrong. `warning`: callers would suffer. The table is all
there is to know about the rules; who finds what is in `flows.loader`, `flows.routes` and `flows.checks`.
"""

from __future__ import annotations

from flows.deployment_rules import DEPLOYMENTS
from flows.rule import Level, Rule, error, warning

_TEXT = (
    error(
        "not-yaml",
        "A document is YAML.",
        "What cannot be parsed cannot be used.",
        "Mend the text at the place shown; quote keys such as '*' and '#'.",
    ),
    error(
        "too-large",
        "A document has at most 512 KiB.",
        "Documents are read when a call begins; their size is bounded.",
        "Split the flow, and use subflows.",
    ),
    error(
        "too-deep",
        "Values nest at most 30 deep.",
        "Deep nesting serves only to exhaust memory.",
        "Write the value flat.",
    ),
    error(
        "alias",
        "There are no YAML anchors and aliases.",
        "A few aliases of aliases stand for billions of values.",
        "Write the value out, or put it into 'defaults'; quote a text that begins with * or &.",
    ),
    error("tag", "There are no YAML tags.", "Tags make objects of other types.", "Write the value plainly."),
    error("several-documents", "A file holds one document.", "Only one could be used.", "Make it two files."),
    error("duplicate-key", "A key is written once.", "Only one could hold.", "Remove one of the two."),
    error(
        "wrong-schema",
        "A document says 'schema: 1'.",
        "Later versions may mean something else by the same words.",
        "Write 'schema: 1' in the first line.",
    ),
)

_VALUES = (
    error(
        "unknown-key",
        "Every key is one of the language.",
        "A misspelt key would change nothing, silently.",
        "Use one of the keys named in the message.",
    ),
    error("missing-key", "Required keys are there.", "There is no sound default for them.", "Add the key."),
    error(
        "wrong-value",
        "A value has the form and the bounds of its key.",
        "Graph, or the caller's patience, allows no other.",
        "Write a value such as the message shows.",
    ),
    error(
        "bad-expression",
        "Conditions and values are expressions.",
        "What cannot be read cannot be evaluated in a call.",
        "See 'Expressions' in the reference of flows.",
    ),
    error(
        "bad-pattern",
        "A digit pattern has a form that cannot run long.",
        "A pattern that backtracks would hold up every call of the process.",
        r"Use keys, \d, [...], {m,n} and few ? * + |.",
    ),
    error(
        "bad-target",
        "A target is a user's or resource account's object id, or a number in E.164 form.",
        "Graph takes nothing else.",
        'Write {user: GUID}, {phone: "+442071234567"} or {applicationInstance: GUID}.',
    ),
    error(
        "bad-address",
        "A service is asked over https, at an address of host and path.",
        "On the way anybody could read, or answer, a plain http request.",
        "Write https://api.example.com/path; what varies goes into 'query' or 'body', and keys into settings.",
    ),
    error(
        "bad-hours",
        "Time zones, days, times and dates exist.",
        "Nobody could say whether it is open.",
        "Write mon-fri, 08:00-18:00, 2026-12-25 and a zone such as Europe/London.",
    ),
    error("too-many-nodes", "A flow has 1 to 1000 nodes.", "Flows are walked whole.", "Use subflows."),
    error(
        "label-taken",
        "A label names one outcome of its node.",
        "Records and tests could not tell two outcomes apart.",
        "Give one of them another label.",
    ),
    error(
        "too-many-prompts",
        "At most 20 prompts are played at once.",
        "Graph refuses more.",
        "Record them as one prompt, or use two nodes.",
    ),
    error(
        "record-too-long",
        "A recording takes at most 120 s.",
        "Graph records no longer at once.",
        "Use 'voicemail', which chains recordings, or shorten 'maxDuration'.",
    ),
    error(
        "record-without-consent",
        "Whoever is recorded is told so first.",
        "Recording without it is forbidden in most places.",
        "Name the prompt that says it under 'consent'.",
    ),
    error(
        "dial-without-allow-list",
        "A number that comes up in a call is dialled only when it is on a list.",
        "Callers would telephone the world at the owner's cost.",
        "Name the prefixes that may be dialled under 'allow'.",
    ),
    error(
        "impossible-entry",
        "'min' is not more than 'max'.",
        "No caller could ever enter it.",
        "Correct the two.",
    ),
)

_NAMES = (
    error("unknown-kind", "Kinds of nodes exist.", "Nobody knows what to do there.", "Use a kind of the reference."),
    error("unknown-node", "Nodes that are named exist.", "The call could not go on.", "Correct the name."),
    error(
        "unknown-prompt",
        "Prompts that are named have audio in the flow's locale.",
        "The caller would hear nothing, and the node fail.",
        "Correct the name, or write its text and make its audio.",
    ),
    error(
        "unknown-variable",
        "Variables that are used are set somewhere.",
        "A misspelt variable is null for ever.",
        "Correct the name, or declare it under 'variables'.",
    ),
    error(
        "unknown-outcome",
        "Outcomes are those of the node's kind.",
        "What never happens leads nowhere.",
        "Use one of the outcomes named in the message.",
    ),
    error(
        "unknown-function",
        "Functions that are called are in `functions.py` beside the flows.",
        "Nothing could be called, and the node would fail.",
        "Correct the name, or add the function to FUNCTIONS there.",
    ),
    error(
        "outcome-without-target",
        "Every outcome leads somewhere.",
        "A call that comes there would have no way on.",
        "Add the target under 'next' or 'on'.",
    ),
    error(
        "unanswered",
        "Nothing is said to a caller before 'answer'.",
        "Graph plays nothing on a call that is not established.",
        "Put an 'answer' before the node.",
    ),
    error(
        "answered-already",
        "'answer', 'reject' and 'redirect' come before the call is answered.",
        "Graph refuses them on an established call.",
        "Lead elsewhere; use 'transfer' instead of 'redirect'.",
    ),
)

_WALKS = (
    warning(
        "unreachable-node",
        "Every node can be reached.",
        "A node that nothing leads to is a mistake, or waste.",
        "Lead to it, or remove it.",
    ),
    warning(
        "dead-end",
        "A failure does not end a call without a word.",
        "The caller is cut off and does not know why.",
        "Give 'failed' a target, or the flow a handler: defaults: {onError: {next: ...}}.",
    ),
    error(
        "endless-loop",
        "From every node some outcome leads to the end.",
        "The caller can only hang up.",
        "Lead out of the circle.",
    ),
    warning(
        "unattended-loop",
        "A caller who does nothing comes to an end.",
        "A line left open goes round, and is paid for, until the call's maximum length.",
        "Lead out of the circle after some tries: 'tooMany' to a hangup or to a person.",
    ),
    warning(
        "silent-loop",
        "Every circle asks something of the call: it plays, listens, waits or asks a service.",
        "Of a call that goes round in itself nothing is heard, and after 200 nodes it is given up.",
        "Lead out of the circle, or put the value in one expression.",
    ),
    warning(
        "after-hangup",
        "What runs after the caller has left needs no call.",
        "The walk ends at the first node that does.",
        "Use nodes that need no call there, such as 'set', 'branch' and 'hangup'.",
    ),
    warning(
        "no-human",
        "Some way leads to a person: a transfer, a redirect, or a recording that somebody hears.",
        "Callers whose case the flow does not know are lost.",
        "Add a transfer or a voicemail.",
    ),
    warning(
        "dead-air",
        "A caller is not left in silence for more than the limit (10 s unless told).",
        "Callers take silence for a broken line.",
        "Shorten the time, or play something meanwhile.",
    ),
    warning(
        "unused-variable",
        "Variables that are set are used.",
        "Either a use is missing, or the caller is asked in vain.",
        "Use the variable, or do not set it.",
    ),
    error(
        "sensitive-use",
        "What callers enter in a call that asks for a secret goes nowhere but into an 'http' body that accepts it.",
        "Nobody may read its keys, so the variable holds a token; an address is logged, a notice is read by many.",
        "Write {kind: http, accepts: sensitive, body: {field: variable}}, or ask for the secret in a flow of its own.",
    ),
    warning(
        "unset-variable",
        "A variable is set before it is used.",
        "Until then it is null.",
        "Declare it under 'variables', or set it on the way.",
    ),
    warning(
        "constant-condition",
        "Conditions depend on something.",
        "A condition without variables always goes the same way.",
        "Name the variable, or lead there directly.",
    ),
    warning(
        "repeated-condition",
        "A condition is tried once in a branch.",
        "The second can never hold.",
        "Remove or correct it.",
    ),
)

RULES: dict[str, Rule] = {rule.id: rule for rule in (*_TEXT, *_VALUES, *_NAMES, *_WALKS, *DEPLOYMENTS)}

__all__ = ["RULES", "Level", "Rule"]
