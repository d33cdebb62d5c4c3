"""What is known of how each hypothesis came about, from the file beside the hypotheses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from memsvc.errors import InvalidInput
from memsvc_evals.longmemeval.answering.hypotheses import readings_path
from memsvc_evals.longmemeval.answering.jsonl import JsonLines

__all__ = ["ReadingFacts", "read_readings"]


@dataclass(frozen=True, slots=True)
class ReadingFacts:
    """The part of a reading's record that is summed up; `dropped` counts the items that the budget left out."""

    evidence_read: bool | None
    error: str | None
    model: str | None
    calls: int
    dropped: int
    prompt_tokens: int | None
    completion_tokens: int | None


def read_readings(hypotheses: Path) -> dict[str, ReadingFacts]:
    """Return the readings by question id, none where hypotheses came from another program."""
    path = readings_path(hypotheses)
    return {name: _facts(data, f"{path.name}: {name}") for name, data in JsonLines(path).read().items()}


def _facts(data: Mapping[str, Any], where: str) -> ReadingFacts:
    try:
        return ReadingFacts(
            evidence_read=data["evidence_read"],
            error=data["error"],
            model=data["model"],
            calls=int(data["calls"]),
            dropped=len(data["dropped"]),
            prompt_tokens=data["prompt_tokens"],
            completion_tokens=data["completion_tokens"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput(f"{where}: is no record of a reading ({type(error).__name__}: {error})") from None
