"""What `menu` and `collect` share: prompts, then keys, and counted patience with silence and with wrong keys.

As in VoiceXML, silences (`noInput`) and wrong entries (`noMatch`) are counted apart, each with its own maximum, and
each count has its own prompt (tapered: the last one serves all later counts). Below the maximum the node asks again
by itself; at the maximum it ends with `tooMany`. An author who gives `noInput` or `noMatch` a target under `on:`
leaves at the first one instead.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal

from flows import acts
from flows.nodes import AGAIN, FAILED, HANGUP, Frame, Leave, Node, Outcome, Step
from flows.parameters import parameter
from flows.shapes import Duration, Flag, Integer, Items, PromptName

Miss = Literal["noInput", "noMatch"]


@dataclass(frozen=True, kw_only=True)
class Asking(Node):
    """A node that asks for keys."""

    TAKES_KEYS: ClassVar[bool] = True
    MISSES: ClassVar[tuple[Outcome, ...]] = (
        Outcome("noInput", AGAIN),
        Outcome("noMatch", AGAIN),
        Outcome("tooMany"),
        FAILED,
        HANGUP,
    )

    prompts: tuple[str, ...] = parameter("prompts", Items(PromptName(), 1, 10), "what the caller hears first")
    again: tuple[str, ...] = parameter(
        "again", Items(PromptName(), 0, 10), "what is asked after a miss; as at first when left out", default=()
    )
    no_input: tuple[str, ...] = parameter(
        "noInput", Items(PromptName(), 0, 10), "said after the first, second, ... silence", inherited=True
    )
    no_match: tuple[str, ...] = parameter(
        "noMatch", Items(PromptName(), 0, 10), "said after the first, second, ... wrong entry", inherited=True
    )
    max_no_input: int = parameter("maxNoInput", Integer(1, 10), "silences until tooMany", inherited=True)
    max_no_match: int = parameter("maxNoMatch", Integer(1, 10), "wrong entries until tooMany", inherited=True)
    first_digit_ms: int = parameter(
        "firstDigitTimeout", Duration(500, 60_000), "wait for the first key, from the prompts' end", inherited=True
    )
    barge_in: bool = parameter("bargeIn", Flag(), "keys count while the prompts play", inherited=True)
    flush_buffer: bool = parameter("flushBuffer", Flag(), "forget keys pressed before listening", default=False)
    sensitive: bool = parameter(
        "sensitive",
        Flag(),
        "nobody but the caller may know the keys: those of the whole call are encrypted",
        default=False,
    )

    @property
    def unattended(self) -> tuple[str, ...]:
        """Silence leads to `tooMany`, or out at once."""
        return ("noInput",) if "noInput" in self.targets else ("tooMany",)

    @property
    def silence_ms(self) -> int:
        """Nothing is heard while a key is waited for."""
        return self.first_digit_ms

    @abstractmethod
    def listen(self, frame: Frame, prompts: tuple[str, ...]) -> acts.Listen:
        """The act that asks with these prompts."""

    @abstractmethod
    def judge(self, digits: str) -> str | None:
        """What an entry comes to: an outcome, or None when it is wrong."""

    def enter(self, frame: Frame) -> Step:
        """Ask."""
        return self.listen(frame, self.prompts)

    def missed(self, frame: Frame, miss: Miss) -> Step:
        """Count a silence or a wrong entry: ask again, or leave."""
        count = frame.kept[miss] = int(frame.kept.get(miss, 0)) + 1
        if miss in self.targets:
            return Leave(miss)
        frame.note("outcome", outcome=miss, count=count)
        if count >= (self.max_no_input if miss == "noInput" else self.max_no_match):
            return Leave("tooMany")
        tapered = self.no_input if miss == "noInput" else self.no_match
        said = tapered[min(count, len(tapered)) - 1 :][:1] if tapered else ()
        return self.listen(frame, said + (self.again or self.prompts))
