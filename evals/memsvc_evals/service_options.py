"""Options of benchmark commands that set up the service in this process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, TypeAlias

import typer

from memsvc.domain.policies import AmemPolicy, GuardPolicy, LinkPolicy, Policy, Probing, ThoughtPolicy, Work
from memsvc.errors import InvalidInput

__all__ = [
    "Fusion",
    "FusionOption",
    "GuardOption",
    "GuardUse",
    "Keys",
    "KeysOption",
    "LinkUse",
    "LinksOption",
    "ServiceOptions",
    "TimeOption",
    "TimeUse",
]


class Keys(StrEnum):
    TEXT = "text"
    TOLD = "told"
    EXPANDED = "expanded"


class Fusion(StrEnum):
    BLEND = "blend"
    RRF = "rrf"


class TimeUse(StrEnum):
    OFF = "off"
    BOOST = "boost"
    PRUNE = "prune"


class LinkUse(StrEnum):
    ON = "on"
    OFF = "off"


class GuardUse(StrEnum):
    """How the guard works in a benchmark; `checks` is balanced without probes, which embed much."""

    OFF = "off"
    CHECKS = "checks"
    BALANCED = "balanced"
    STRICT = "strict"


KeysOption: TypeAlias = Annotated[
    Keys | None, typer.Option(help="By which texts notes are found; by default as the service does.")
]
FusionOption: TypeAlias = Annotated[
    Fusion | None, typer.Option(help="How lists become one; by default as the service does.")
]
TimeOption: TypeAlias = Annotated[
    TimeUse | None,
    typer.Option(help="What the time that a question names does to notes; by default as the service does."),
]
LinksOption: TypeAlias = Annotated[
    LinkUse | None,
    typer.Option(help="Link notes by rule and follow the links (on), or neither; by default no links are made."),
]

GuardOption: TypeAlias = Annotated[
    GuardUse | None,
    typer.Option(help="The guard: off (default), its checks alone, or with probes (hours for LongMemEval S)."),
]


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """What stands in for the service's settings; None leaves one as it is. Raises InvalidInput.

    `links` on has rules link notes that share rare words, `thoughts` has them think about every round, and `amem`
    has them construct A-MEM's notes; none of these is done by default. Without `guard` it is off.
    """

    keys: Keys | None = None
    fusion: Fusion | None = None
    time: TimeUse | None = None
    links: LinkUse | None = None
    guard: GuardUse | None = None
    thoughts: bool = False
    amem: bool = False

    def __post_init__(self) -> None:
        if self.fusion is Fusion.RRF and self.time in (TimeUse.BOOST, TimeUse.PRUNE):
            raise InvalidInput(f"--time {self.time} does nothing with --fusion rrf; it needs blend")
        if self.fusion is Fusion.RRF and self.links is LinkUse.ON:
            raise InvalidInput("--links on does nothing with --fusion rrf; it needs blend")

    @property
    def given(self) -> tuple[str, ...]:
        """Return the names of the options that are given."""
        values = {
            "--keys": self.keys,
            "--fusion": self.fusion,
            "--time": self.time,
            "--links": self.links,
            "--guard": self.guard,
        }
        return tuple(name for name, value in values.items() if value is not None)

    @property
    def settings(self) -> Mapping[str, Any]:
        """Return the fields of Settings that are given, and the guard's level."""
        level = {None: "off", GuardUse.CHECKS: "balanced"}.get(self.guard, self.guard)
        values = {
            "keys": self.keys,
            "fusion": self.fusion,
            "time_ranges": self.time,
            "recall_links": self.links,
        }
        given = {name: value.value for name, value in values.items() if value is not None}
        return {**given, "guard": {"level": str(level)}}

    @property
    def policy(self) -> Policy:
        """Return what is derived from notes."""
        return Policy(
            links=LinkPolicy(entity=self.links is LinkUse.ON),
            amem=AmemPolicy(work=Work.RULES if self.amem else Work.OFF),
            thoughts=ThoughtPolicy(work=Work.RULES if self.thoughts else Work.OFF),
            guard=GuardPolicy(probe=Probing.OFF if self.guard is GuardUse.CHECKS else Probing.ALL),
        )

    @property
    def derived(self) -> Mapping[str, Any]:
        """Return what of a report's configuration says what is derived and followed."""
        links = LinkUse.OFF if self.links is None else self.links
        guard = GuardUse.OFF if self.guard is None else self.guard
        return {"guard": guard.value, "links": links.value, "rule_thoughts": self.thoughts, "amem": self.amem}
