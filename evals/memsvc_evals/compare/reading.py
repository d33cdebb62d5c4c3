"""Reports as what is compared: figures of single questions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from memsvc.errors import InvalidInput
from memsvc_evals.figures import FORMAT

__all__ = ["MAIN_FIGURES", "ScoredQuestion", "ScoredReport", "read_scored", "require_fit"]

MAIN_FIGURES: Mapping[str, str] = {
    "longmemeval": "session/ids_no_abs/recall_all@5",
    "locomo": "recall@10",
}
_GROUPS: Mapping[str, str] = {"longmemeval": "type", "locomo": "category"}
_NAMED = 5


@dataclass(frozen=True, slots=True)
class ScoredQuestion:
    """`group` is the type or category, `values` the figures that count for the question, by name."""

    id: str
    group: str
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ScoredReport:
    name: str
    benchmark: str
    sha256: str
    config: Mapping[str, Any]
    code: Mapping[str, Any]
    questions: Mapping[str, ScoredQuestion]


def read_scored(path: Path) -> ScoredReport:
    """Read a report that a benchmark wrote; raises InvalidInput for what is none, or has no single questions."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] != FORMAT or document["benchmark"] not in MAIN_FIGURES:
            known = " or ".join(MAIN_FIGURES)
            raise ValueError(f"is a report of {document['benchmark']!r}, not of {known}")
        questions = [_question(q, document["benchmark"]) for q in document["report"]["questions"]]
        return ScoredReport(
            name=path.name,
            benchmark=document["benchmark"],
            sha256=document["data"]["sha256"],
            config=dict(document["config"]),
            code=dict(document["code"]),
            questions={question.id: question for question in questions},
        )
    except KeyError as error:
        raise InvalidInput(f"cannot compare {path}: it is no report with questions: {error} is missing") from error
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise InvalidInput(f"cannot compare {path}: {error}") from error


def _question(data: Mapping[str, Any], benchmark: str) -> ScoredQuestion:
    metrics = data["metrics"]
    values = (
        {f"{place}/{name}": float(value) for place, found in metrics.items() for name, value in found.items()}
        if benchmark == "longmemeval"
        else {name: float(value) for name, value in metrics.items()}
    )
    return ScoredQuestion(str(data["question_id"]), str(data[_GROUPS[benchmark]]), values)


def require_fit(first: ScoredReport, second: ScoredReport) -> None:
    """Raise InvalidInput unless both were measured on the same questions of the same data."""
    pair = f"{first.name} and {second.name} cannot be compared"
    if first.benchmark != second.benchmark:
        raise InvalidInput(f"{pair}: one is of {first.benchmark}, the other of {second.benchmark}")
    if first.sha256 != second.sha256:
        raise InvalidInput(
            f"{pair}: their data files differ (sha256 {first.sha256[:12]} and {second.sha256[:12]})"
        )
    seeds = [report.config.get("m_like") for report in (first, second)]
    if seeds[0] != seeds[1]:
        raise InvalidInput(f"{pair}: their haystacks differ (m_like {seeds[0]} and {seeds[1]})")
    for one, other in ((first, second), (second, first)):
        missing = [name for name in one.questions if name not in other.questions]
        if missing:
            some = ", ".join(missing[:_NAMED]) + (", ..." if len(missing) > _NAMED else "")
            raise InvalidInput(
                f"{pair}: {len(missing)} of the {len(one.questions)} questions of {one.name} are not in "
                f"{other.name} ({some}); run both on the same part of the file"
            )
    if not first.questions:
        raise InvalidInput(f"{pair}: they have no questions")
