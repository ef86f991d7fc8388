"""What every node of a flow has, whatever its kind.

A kind is one module in `flows/kinds`: a frozen dataclass of parameters, the table of its outcomes, and two small
functions that say what it wants of the call (`enter`) and what the answer means (`resume`). Registering it is one row
in `flows.kinds.KINDS`. Reading, walking and writing flows know no kind; only rules of the checker that are about one
kind (`flows.checks`), and the tools that rehearse and draw flows, name some.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from flows.acts import Act, Failed, Result
from flows.expressions import Value

# Where an outcome leads when the author gave it no target of its own.
REQUIRED = "@required"  # nowhere: the author must say
END = "@end"  # the flow ends here: the call is over, or is to be
AGAIN = "@again"  # the node goes on by itself
ON_ERROR = "@onError"  # the flow's handler for errors, else the flow ends as failed
ON_HANGUP = "@onHangup"  # the flow's handler for a caller who leaves, else the flow ends

# The variable, of a name that no author can write, that holds the language of what is said; unset: the call's own.
LANGUAGE = "@language"

# What an author may write instead of a node's name in a menu's option.
REPEAT = "@repeat"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way a node can end.

    `otherwise` leads on when the author gave it no target: another outcome's name, or one of the words above.
    """

    name: str
    otherwise: str = REQUIRED


FAILED = Outcome("failed", ON_ERROR)
HANGUP = Outcome("hangup", ON_HANGUP)


@dataclass(frozen=True, slots=True)
class Leave:
    """A node's answer when it is done: the outcome to follow."""

    outcome: str


Step = Act | Leave


@dataclass(kw_only=True, slots=True)
class Frame:
    """What a node may look at and keep while it runs; all of it is JSON.

    `kept` is the node's own and empty on entry; `variables` are the flow's; `prefetch` the prompts worth fetching
    early; `now_ms` the Unix time in milliseconds. `notes` are journal entries, made by `note`.
    """

    node: str
    variables: dict[str, Value]
    kept: dict[str, Any]
    now_ms: int = 0
    prefetch: tuple[str, ...] = ()
    notes: list[dict[str, Any]]

    def note(self, what: str, **facts: Any) -> None:
        """Write a journal entry, which must hold neither digits nor personal data."""
        self.notes.append({"what": what, "node": self.node, **facts})


@dataclass(frozen=True, kw_only=True)
class Node(ABC):
    """One named step of a flow. `targets`: outcome -> node, as the author wrote it under `next` and `on`."""

    id: str
    targets: Mapping[str, str]

    KIND: ClassVar[str]
    OUTCOMES: ClassVar[tuple[Outcome, ...]]
    # The outcome that `next:` stands for; None where a node has no single way on.
    NEXT: ClassVar[str | None] = "done"
    # Whether it needs an established call, runs only before there is one, or does not care.
    NEEDS_CALL: ClassVar[bool] = True
    BEFORE_ANSWER: ClassVar[bool] = False
    # Whether it can be heard pressing keys.
    TAKES_KEYS: ClassVar[bool] = False
    # Whether its outcomes are whatever the author names under `on`.
    NAMES_OUTCOMES: ClassVar[bool] = False
    # Whether it brings the caller to a person, now or later.
    REACHES_PEOPLE: ClassVar[bool] = False
    # Whether it records the caller.
    RECORDS: ClassVar[bool] = False

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Every way the node can end; a kind adds those that its parameters make."""
        return self.OUTCOMES

    @property
    def own_targets(self) -> Mapping[str, str]:
        """Outcome -> target, `next` and `on` and whatever the parameters add."""
        return self.targets

    @property
    def hears_keys(self) -> bool:
        """Whether this node, as written, needs to hear keys."""
        return self.TAKES_KEYS

    @property
    def numbers(self) -> tuple[str, ...]:
        """The phone numbers, or beginnings of numbers, to which this node, as written, sends the caller."""
        return ()

    @property
    def hosts(self) -> tuple[str, ...]:
        """The services that this node asks, each as HTTP_ALLOW has it: a host, with its port where that is not 443."""
        return ()

    @property
    def sayings(self) -> tuple[str, ...]:
        """The forms of values that this node says (`flows.sayings`)."""
        return ()

    @property
    def leg_flow(self) -> str | None:
        """The flow of the calls that this node, as written, has placed for its own call; None where there are none."""
        return None

    @property
    def unattended(self) -> tuple[str, ...]:
        """The outcomes that a caller who says and presses nothing is led to, whatever else is so."""
        return ()

    @property
    def silence_ms(self) -> int:
        """The longest that a caller who waits hears nothing at all."""
        return 0

    @abstractmethod
    def enter(self, frame: Frame) -> Step:
        """Say what the node wants first."""

    @abstractmethod
    def resume(self, frame: Frame, result: Result) -> Step:
        """Say what the answer to the last act means."""


@dataclass(frozen=True, kw_only=True)
class Silent(Node):
    """A node that asks nothing of the call: it looks at what the flow knows, and goes on."""

    NEEDS_CALL: ClassVar[bool] = False

    def resume(self, frame: Frame, result: Result) -> Step:
        """Never asked."""
        return unexpected(result)


def unexpected(result: Result) -> Step:
    """Leave a node over a result it has no use for; failures come here too."""
    assert isinstance(result, Failed), f"{type(result).__name__} answers no act of this node"
    return Leave("failed")
