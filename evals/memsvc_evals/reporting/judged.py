"""Results of judges on answers to the questions of a run: accuracy against tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np

from memsvc.errors import InvalidInput
from memsvc_evals.longmemeval.answering.hypotheses import readings_path
from memsvc_evals.longmemeval.answering.jsonl import JsonLines
from memsvc_evals.longmemeval.bootstrap import bootstrap_ci95
from memsvc_evals.reporting.document import Document
from memsvc_evals.reporting.page import Plot, Section, Table, Text
from memsvc_evals.reporting.plots import Spot, spots

__all__ = ["JudgedRun", "judged_section", "read_judged_run"]

_MARK = ".eval-results-"
_MEANING = (
    "Share of the run's questions whose answer the judge calls right; a question without an answer or a verdict "
    "counts as wrong. Prompt tokens are those of the answers that have a record of them."
)


@dataclass(frozen=True, slots=True)
class JudgedRun:
    """Verdicts and prompt tokens by question id; `tokens` is empty where the answers have no record."""

    answers: str
    judge: str
    right: Mapping[str, bool]
    tokens: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Accuracy:
    name: str
    judge: str
    value: float
    ci95: tuple[float, float]
    n: int
    missing: int
    tokens: float | None


def read_judged_run(path: Path) -> JudgedRun:
    """Read `<hypotheses>.eval-results-<judge>` and the readings beside it; raises InvalidInput."""
    name, mark, judge = path.name.partition(_MARK)
    if not mark or not path.is_file():
        raise InvalidInput(f"{path}: must be a file of a judge, <hypotheses>{_MARK}<judge>")
    readings = JsonLines(readings_path(path.with_name(name))).read()
    tokens = {question: data.get("prompt_tokens") for question, data in readings.items()}
    return JudgedRun(
        answers=name,
        judge=judge,
        right={question: _label(data, path) for question, data in JsonLines(path).read().items()},
        tokens={question: count for question, count in tokens.items() if isinstance(count, int)},
    )


def _label(data: Mapping[str, object], path: Path) -> bool:
    found = data.get("autoeval_label")
    label = found.get("label") if isinstance(found, Mapping) else None
    if not isinstance(label, bool):
        raise InvalidInput(f"{path.name}: {data.get('question_id')}: autoeval_label: must hold a label")
    return label


def judged_section(runs: Sequence[JudgedRun], document: Document) -> Section:
    """Return a table, and a plot where tokens are known; raises InvalidInput for verdicts on other questions."""
    questions = [question["question_id"] for question in document.questions]
    found = [_accuracy(run, questions) for run in runs]
    rows = [
        (
            row.name,
            row.judge,
            f"{row.value:.4f}",
            f"{row.ci95[0]:.3f}-{row.ci95[1]:.3f}",
            str(row.n),
            str(row.missing),
            "-" if row.tokens is None else f"{row.tokens:,.0f}",
        )
        for row in found
    ]
    columns = ("answers", "judge", "accuracy", "interval", "n", "missing", "prompt tokens, mean")
    title = "Accuracy against tokens"
    points = [Spot(f"{r.name} ({r.judge})", r.tokens, r.value, *r.ci95) for r in found if r.tokens is not None]
    svg = spots(title, points, x="prompt tokens per question", y="accuracy") if points else None
    plots = [] if svg is None else [Plot("accuracy-against-tokens", title, svg)]
    return Section(title, [Text(_MEANING), Table(columns, rows), *plots])


def _accuracy(run: JudgedRun, questions: Sequence[str]) -> _Accuracy:
    judged = [question for question in questions if question in run.right]
    if not judged:
        raise InvalidInput(f"{run.answers}: the judge {run.judge} has no verdict on a question of this report")
    right = np.array([[float(run.right.get(question, False))] for question in questions])
    low, high = bootstrap_ci95(right)[0].tolist()
    tokens = [run.tokens[question] for question in questions if question in run.tokens]
    return _Accuracy(
        name=run.answers,
        judge=run.judge,
        value=float(right.mean()),
        ci95=(low, high),
        n=len(questions),
        missing=len(questions) - len(judged),
        tokens=fmean(tokens) if tokens else None,
    )
