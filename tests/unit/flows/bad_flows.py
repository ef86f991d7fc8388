"""Documents with one mistake each: the rule, the document, where, and what the finding says."""

from __future__ import annotations

VOICES = {"en-US": {"hello": 1000, "choose": 4000, "bye": 900, "consent": 3000, "torn": "not a WAV file"}}
USER = "{user: 0c1f5b00-5555-4a2b-9c3d-00000000a11c}"
HEAD = "schema: 1\nid: f\nlocale: en-US\nstart: a\n"
ANSWER = "nodes:\n  a: {kind: answer, next: m}\n"
# A flow that nothing is wrong with; each document below is it, but for one thing.
GOOD = f"""{HEAD}defaults: {{onError: {{next: z}}}}
{ANSWER}  m: {{kind: menu, prompts: choose, options: {{1: t}}, on: {{tooMany: t}}}}
  t: {{kind: transfer, target: {USER}}}
  z: {{kind: hangup, prompts: bye}}
"""
ROUND = "  p: {kind: play, prompts: bye, next: m}\n"
ROUTES = "schema: 1\nroutes:\n"


def nodes(text: str, head: str = "defaults: {onError: {next: z}}\n") -> str:
    """A flow with these nodes between an answer and a transfer `t` and hangup `z`."""
    tail = f"  t: {{kind: transfer, target: {USER}}}\n  z: {{kind: hangup}}\n"
    return f"{HEAD}{head}{ANSWER}{text}{tail}"


def flow(line: str, by: str) -> str:
    """The good flow with one line (or a part of one) changed."""
    assert line in GOOD
    return GOOD.replace(line, by)


MENU = "m: {kind: menu, prompts: choose, options: {1: t}, on: {tooMany: t}}"

# rule, document, line:column, message
FLOWS = [
    ("not-yaml", "schema: [1", "2:1", "this is not YAML: did not find expected ',' or ']'"),
    ("not-yaml", "", "1:1", "the document is empty"),
    ("too-large", "# " + "x" * 600_000, "1:1", "the file is larger than 512 KiB; split it into several flows"),
    ("too-deep", "schema: " + "[" * 40 + "]" * 40, "1:39", "nested deeper than 30 levels"),
    ("alias", flow("next: m", "next: *m"), "7:27", "aliases are not used in flows"),
    ("tag", flow("prompts: bye", "prompts: !!str bye"), "10:30", "the tag tag:yaml.org,2002:str is not allowed"),
    ("several-documents", GOOD + "---\nschema: 1\n", "11:1", "a file holds one document; remove this '---'"),
    (
        "duplicate-key",
        flow("id: f", "id: f\nid: g"),
        "3:1",
        "the key is here twice; the first is on line 2",
    ),
    ("wrong-schema", flow("schema: 1", "schema: 2"), "1:9", "this version reads 'schema: 1' documents only"),
    ("unknown-key", flow("prompts: choose", "prompts: choose, agian: bye"), "8:36", "did you mean 'again'?"),
    ("missing-key", flow("prompts: choose, ", ""), "8:6", "the key 'prompts' is missing: what the caller hears first"),
    ("wrong-value", flow("on: {t", "maxNoInput: 0, on: {t"), "8:65", "'0' is not a whole number from 1 to 10"),
    (
        "bad-expression",
        nodes("  m: {kind: branch, cases: [{when: caller = 1, next: t}], default: z}\n"),
        "8:36",
        "not an expression: cannot read '= 1' at character 7",
    ),
    (
        "bad-pattern",
        nodes("  m: {kind: collect, prompts: hello, into: x, pattern: '(1*)*', next: t, on: {tooMany: t}}\n"),
        "8:56",
        "a group cannot be repeated",
    ),
    ("bad-target", flow(USER, "{phone: '020 7946'}"), "9:39", "'020 7946' is not a number in the form +442071234567"),
    (
        "bad-hours",
        nodes("  m: {kind: hours, timezone: Europe/Lodnon, opening: {mon: 08:00-18:00}, next: t, on: {closed: z}}\n"),
        "8:30",
        "no time zone is named 'Europe/Lodnon'; did you mean 'Europe/London'?",
    ),
    (
        "bad-hours",
        nodes("  m: {kind: hours, opening: {mon: 8-18}, next: t, on: {closed: z}}\n"),
        "8:35",
        "'8-18' is not a time such as 08:00-18:00",
    ),
    ("too-many-nodes", f"{HEAD}nodes: {{}}\n", "5:8", "a flow has 1 to 1000 nodes, not 0"),
    (
        "label-taken",
        flow("{1: t}", "{1: {next: t, label: x}, 2: {next: z, label: x}}"),
        "8:70",
        "two options are called 'x' but lead to different nodes",
    ),
    (
        "too-many-prompts",
        nodes(f"  m: {{kind: play, prompts: [{', '.join(['hello'] * 21)}], next: t}}\n"),
        "8:28",
        "21 values, where 1 to 20 are allowed",
    ),
    (
        "record-too-long",
        nodes("  m: {kind: record, consent: consent, maxDuration: 3m, next: t}\n"),
        "8:52",
        "'3m' is not a duration from 1s to 120s",
    ),
    ("record-without-consent", nodes("  m: {kind: record, next: t}\n"), "8:6", "the key 'consent' is missing"),
    (
        "dial-without-allow-list",
        nodes("  m: {kind: dial, number: caller, on: {notAllowed: t}}\n"),
        "8:6",
        "the key 'allow' is missing: prefixes that may be dialled",
    ),
    ("unknown-kind", flow("kind: hangup", "kind: hangupp"), "10:13", "did you mean 'hangup'?"),
    ("unknown-node", flow("{tooMany: t}", "{tooMany: tt}"), "8:67", "no node is named 'tt'; did you mean 't'?"),
    ("unknown-prompt", flow("prompts: choose", "prompts: chose"), "8:28", "did you mean 'choose'?"),
    (
        "unknown-variable",
        nodes("  m: {kind: branch, cases: [{when: callr == 'phone', next: t}], default: z}\n"),
        "8:36",
        "no variable is named 'callr'; did you mean 'caller'?",
    ),
    ("unknown-outcome", flow("{tooMany: t}", "{toomany: t}"), "8:58", "did you mean 'tooMany'?"),
    ("outcome-without-target", flow(", on: {tooMany: t}", ""), "8:6", "the outcome 'tooMany' leads nowhere; add"),
    (
        "unanswered",
        flow("start: a", "start: p") + "  p: {kind: play, prompts: hello, next: a}\n",
        "11:6",
        "the call can get here unanswered; put an 'answer' before this play",
    ),
    (
        "answered-already",
        flow(f"kind: transfer, target: {USER}", f"kind: redirect, to: {USER}"),
        "9:6",
        "the call can get here answered already, when it is too late to redirect",
    ),
    ("unreachable-node", GOOD + "  lost: {kind: hangup}\n", "11:3", "no outcome leads to this node"),
    (
        "dead-end",
        f"{HEAD}nodes:\n  a: {{kind: answer, next: t}}\n  t: {{kind: transfer, target: {USER}}}\n",
        "7:3",
        "when this fails, the call ends without a word",
    ),
    (
        "endless-loop",
        flow(f"target: {USER}", f"target: {USER}, on: {{failed: m}}")
        .replace("1: t", "1: p")
        .replace("y: t", "y: p")
        .replace("next: m", "next: t")
        + ROUND,
        "8:3",
        "no way leads out of m -> p -> m; the caller can only hang up",
    ),
    (
        "unattended-loop",
        nodes("  m: {kind: menu, prompts: hello, options: {1: t}, on: {tooMany: p}}\n" + ROUND),
        "8:3",
        "a caller who does nothing goes round m -> p -> m for ever",
    ),
    (
        "after-hangup",
        flow("{onError: {next: z}}", "{onError: {next: z}, onHangup: {next: m}}"),
        "5:49",
        "'m' is a menu, which does nothing once the caller has left",
    ),
    ("no-human", flow(f"kind: transfer, target: {USER}", "kind: hangup"), "4:8", "no way leads to a person"),
    ("dead-air", flow("on: {t", "firstDigitTimeout: 20s, on: {t"), "8:3", "the caller may hear nothing for 20 s"),
    ("unused-variable", flow("defaults:", "variables: {n: 0}\ndefaults:"), "5:13", "the variable 'n' is never used"),
    (
        "unused-variable",
        nodes("  m: {kind: collect, prompts: hello, into: x, next: t, on: {tooMany: t}}\n"),
        "8:3",
        "the variable 'x' is set, and never used",
    ),
    (
        "sensitive-use",
        nodes(
            "  m: {kind: collect, prompts: hello, into: pin, sensitive: true, next: n, on: {tooMany: t}}\n"
            "  n: {kind: branch, cases: [{when: pin == '1', next: z}], default: t}\n"
        ),
        "9:3",
        "'pin' from 'm' is a token",
    ),
    *(
        (
            "sensitive-use",
            nodes(
                "  m: {kind: collect, prompts: hello, into: pin, sensitive: true, next: n, on: {tooMany: t}}\n"
                f"  n: {{{told}, next: t}}\n"
            ),
            "9:3",
            "'pin' from 'm' is a token",
        )
        for told in (
            "kind: http, url: https://a.example, body: {pin: pin}",
            "kind: http, url: https://a.example, accepts: sensitive, query: {pin: pin}",
            "kind: http, url: https://a.example, accepts: sensitive, body: {pin: pin, last: 'part(pin, 3, 2)'}",
            "kind: notify, url: https://a.example, body: {pin: pin}",
            "kind: python, function: look-up, give: {pin: pin}",
            "kind: python, function: look-up, accepts: sensitive, give: {last: 'part(pin, 1, 2)'}",
        )
    ),
    *(
        ("bad-address", nodes(f"  m: {{kind: notify, url: '{url}', next: t}}\n"), "8:26", message)
        for url, message in (
            ("http://a.example/", "is not https"),
            ("https://me:pw@a.example/", "has more than host and path"),
            ("https://a.example/?key=1", "has more than host and path"),
            ("https://", "is no address such as"),
            ("https://a.example:99999/", "is no address"),
        )
    ),
    (
        "unset-variable",
        nodes(
            "  m: {kind: branch, cases: [{when: x == '1', next: z}], default: c}\n"
            "  c: {kind: collect, prompts: hello, into: x, next: t, on: {tooMany: t}}\n"
        ),
        "8:3",
        "the variable 'x' is never set before it is used here",
    ),
    (
        "constant-condition",
        nodes("  m: {kind: branch, cases: [{when: 1 < 2, next: t}], default: z}\n"),
        "8:28",
        "'1 < 2' names no variable: it always holds",
    ),
    (
        "repeated-condition",
        nodes(
            "  m: {kind: branch, cases: [{when: caller == 'a', next: t}, {when: caller == 'a', next: z}], default: z}\n"
        ),
        "8:28",
        "is tried twice; the second never holds",
    ),
    (
        "impossible-entry",
        nodes(
            "  m: {kind: collect, prompts: hello, into: x, min: 5, max: 4, next: n, on: {tooMany: t}}\n"
            "  n: {kind: branch, cases: [{when: x == '1', next: z}], default: t}\n"
        ),
        "8:52",
        "'min' is 5 and 'max' 4: nobody can enter that",
    ),
    ("missing-locale", flow("en-US", "fr-FR"), "3:9", "there are no prompts for the locale fr-FR (there are: en-US)"),
    (
        "prompt-format",
        flow("prompts: bye", "prompts: torn"),
        "3:9",
        "the prompt 'torn' cannot be played: not a WAV file",
    ),
    ("file-name", flow("id: f", "id: g"), "2:5", "the flow 'g' is looked for in g.yaml, and this file is f.yaml"),
]
FLOWS += [
    (
        "silent-loop",
        nodes(
            "  m: {kind: set, values: {n: n + 1}, next: b}\n"
            "  b: {kind: branch, cases: [{when: n > 3, next: t}], default: m}\n",
            "variables: {n: 0}\ndefaults: {onError: {next: z}}\n",
        ),
        "9:3",
        "nothing is asked of the call in m -> b -> m",
    ),
    (
        "silent-loop",
        nodes("  m: {kind: loop, times: 100, on: {again: g}, next: t}\n  g: {kind: goto, next: m}\n"),
        "8:3",
        "nothing is asked of the call in m -> g -> m",
    ),
    *(
        ("wrong-value", nodes(f"  m: {{kind: meeting, people: {USER}, where: {{{where}}}, next: t}}\n"), place, message)
        for where, place, message in (
            ("joinId: 12 34", "8:92", "'1234' is no id of a meeting: 9 to 20 digits"),
            ("passcode: x", "8:83", "a meeting has a 'joinId' (and perhaps a 'passcode'), or 'asUser' and 'subject'"),
            ("subject: x", "8:83", "a meeting has a 'joinId'"),
        )
    ),
    (
        "unknown-function",
        nodes("  m: {kind: python, function: lok-up, next: t}\n"),
        "8:31",
        "no function is named 'lok-up'; did you mean 'look-up'? (allowed: look-up)",
    ),
    *(
        (
            "http-not-allowed",
            nodes(f"  m: {{kind: notify, url: '{url}', body: {{who: caller}}, next: t}}\n"),
            "8:26",
            message,
        )
        for url, message in (
            ("https://b.example/", "'b.example' is none of the hosts that the setting HTTP_ALLOW lists"),
            ("https://a.example:8443/x", "'a.example:8443' is none of the hosts"),
        )
    ),
    (
        "dial-not-allowed",
        flow(USER, "{phone: '+12025550123'}"),
        "9:3",
        "'+12025550123' begins with none of the numbers",
    ),
    (
        "dial-not-allowed",
        nodes("  m: {kind: dial, number: caller, allow: ['+4420', '+33'], on: {failed: t, notAllowed: t}}\n"),
        "8:3",
        "'+33' begins with none of the numbers that the setting DIAL_ALLOW lists",
    ),
    (
        "dial-not-allowed",
        HEAD + "nodes:\n  a: {kind: redirect, to: [{phone: '+442079460123'}, {phone: '+12025550123'}]}\n",
        "6:3",
        "'+12025550123' begins with none",
    ),
]
RECORDING = nodes("  m: {kind: record, consent: consent, next: t}\n")
DIALLING = flow(USER, "{phone: '+442079460123'}")
DEPLOYMENTS = [
    ("wrong-schema", "routes: [{name: r, flow: f, customer: c}]\n", GOOD, "1:1", "reads 'schema: 1' documents only"),
    (
        "duplicate-route",
        ROUTES
        + "  - {name: r, flow: f, customer: c, when: {phone: '+442079460123'}}\n"
        + "  - {name: r, flow: f, customer: c}\n",
        GOOD,
        "4:12",
        "another route is called 'r' too",
    ),
    ("unknown-flow", ROUTES + "  - {name: r, flow: ff, customer: c}\n", GOOD, "3:21", "did you mean 'f'?"),
    (
        "route-order",
        ROUTES + "  - {name: r, flow: f, customer: c, when: {phone: '+442079460123'}}\n",
        GOOD,
        "3:5",
        "the last route must have no 'when'",
    ),
    (
        "unreachable-route",
        ROUTES
        + "".join(f"  - {{name: {name}, flow: f, customer: c, when: {{phone: '+442079460123'}}}}\n" for name in "rs")
        + "  - {name: t, flow: f, customer: c}\n",
        GOOD,
        "4:5",
        "the route 'r' before takes the same calls",
    ),
    ("recording-off", ROUTES + "  - {name: r, flow: f, customer: c}\n", RECORDING, "3:5", "the flow records at 'm'"),
    (
        "pstn-without-instance",
        ROUTES + "  - {name: r, flow: f, customer: c}\n",
        DIALLING,
        "3:5",
        "the flow sends callers to a number at 't'",
    ),
    (
        "dial-not-allowed",
        ROUTES
        + "  - {name: r, flow: f, customer: c, when: {phone: '+442079460123'}, fallback: {phone: '+12025550123'}}\n"
        + "  - {name: s, flow: f, customer: c}\n",
        GOOD,
        "3:5",
        "'+12025550123' begins with none of the numbers that the setting DIAL_ALLOW lists",
    ),
    (
        "missing-locale",
        ROUTES + "  - {name: r, flow: f, customer: c, locale: fr-FR}\n",
        GOOD,
        "3:5",
        "there are no prompts for the locale fr-FR",
    ),
]
