"""What each cheap detector finds in a text; one that fails is named, and the others are asked all the same."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Final, TypeVar

from memsvc.domain.notes import Json
from memsvc.guard.findings import NOTHING_FOUND, Finding
from memsvc.guard.model_file import GuardModel
from memsvc.guard.normalize import invisible_finding, normalise
from memsvc.guard.runs import Shingle
from memsvc.guard.wordlm import Reading
from memsvc.memory.metadata import strings_in

__all__ = ["Examined", "asked", "examine"]

_T = TypeVar("_T")
_NOTHING: Final[Mapping[str, Finding]] = MappingProxyType({})
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Examined:
    """A text and the findings by detector; `broken` are those that failed."""

    reading: Reading
    findings: Mapping[str, Finding] = field(default_factory=lambda: _NOTHING)
    shingles: tuple[Shingle, ...] = ()
    broken: tuple[str, ...] = ()


def examine(
    model: GuardModel, text: str, *, original: str | None, metadata: Mapping[str, Json] | None = None
) -> Examined:
    """Return what the detectors find in a normalised text; `original` is what was sent where that was another.

    No note is found by its metadata, as it was sent, but an agent may read it: hidden text and instructions count
    there as well.
    """
    broken: list[str] = []
    reading = Reading(text, model.wordlm)
    payload = asked("payload", lambda: model.payload.examine(reading.words), broken) or NOTHING_FOUND
    findings = {
        "wordlm": asked("wordlm", lambda: model.wordlm.examine(reading), broken) or NOTHING_FOUND,
        "payload": payload,
    }
    if original is not None:
        findings["invisible"] = invisible_finding(normalise(original).removed)
    for each in map(normalise, strings_in(metadata or {})):
        beside = {"invisible": invisible_finding(each.removed)}
        if " " in each.text:
            found = asked("payload", partial(model.payload.examine, each.text), broken)
            beside["payload"] = found or NOTHING_FOUND
        for name, finding in beside.items():
            if finding.score > findings.get(name, NOTHING_FOUND).score:
                findings[name] = Finding(finding.score, None, f"in the metadata: {finding.why}")
    shingles = asked("runs", lambda: model.runs.rare_shingles(reading), broken) or []
    return Examined(reading, findings, tuple(shingles), tuple(broken))


def asked(detector: str, ask: Callable[[], _T], broken: list[str]) -> _T | None:
    """Return the answer of a detector, or None, with its name in `broken`, when it fails."""
    try:
        return ask()
    except Exception as error:  # noqa: BLE001  a defect of a detector must not decide for the policy
        _log.error("the guard's detector %s failed: %s", detector, type(error).__name__)
        broken.append(detector)
        return None
