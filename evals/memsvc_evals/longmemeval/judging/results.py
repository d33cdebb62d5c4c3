"""The official result file of a judge, which a later run goes on with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from memsvc.errors import InvalidInput
from memsvc_evals.longmemeval.answering.jsonl import JsonLines
from memsvc_evals.longmemeval.judging.judge import Verdict

__all__ = ["ResultFile", "read_hypotheses", "results_path"]

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


def read_hypotheses(path: Path) -> dict[str, str]:
    """Return hypotheses by question id, none of an empty file; raises InvalidInput for a missing or wrong one."""
    if not path.is_file():
        raise InvalidInput(f"cannot read {path}: there is no such file")
    found = {}
    for identity, data in JsonLines(path, unique=True).read().items():
        if not isinstance(data.get("hypothesis"), str):
            raise InvalidInput(f"{path.name}: question {identity}: hypothesis: must be a string")
        found[identity] = data["hypothesis"]
    if not found and path.stat().st_size:
        raise InvalidInput(f"{path.name}: holds no line {{question_id, hypothesis}}; is it a file of hypotheses?")
    return found


def results_path(hypotheses: Path, judge: str) -> Path:
    """Return `<hypotheses>.eval-results-<judge>`; what a file's name cannot hold becomes a dash."""
    return hypotheses.with_name(f"{hypotheses.name}.eval-results-{_NOT_IN_NAMES.sub('-', judge)}")


class ResultFile:
    """JSON lines {question_id, hypothesis, autoeval_label: {model, label}}.

    Verdicts on hypotheses that have changed since, or are gone, are left out. Raises InvalidInput when the file
    holds anything else.
    """

    def __init__(self, path: Path, hypotheses: Mapping[str, str]) -> None:
        self._lines = JsonLines(path)
        kept = self._lines.keep(lambda data: data.get("hypothesis") == hypotheses.get(data["question_id"]))
        self._verdicts = {identity: _verdict(data, f"{path.name}: {identity}") for identity, data in kept.items()}

    @property
    def verdicts(self) -> Mapping[str, Verdict]:
        return self._verdicts

    def put(self, verdict: Verdict) -> None:
        """Add one verdict; it is in the file when this returns."""
        label = {"model": verdict.model, "label": verdict.label}
        self._lines.append(
            {"question_id": verdict.question, "hypothesis": verdict.hypothesis, "autoeval_label": label}
        )
        self._verdicts[verdict.question] = verdict


def _verdict(data: Mapping[str, Any], where: str) -> Verdict:
    label = data.get("autoeval_label")
    if not isinstance(label, dict) or not isinstance(label.get("label"), bool):
        raise InvalidInput(f"{where}: autoeval_label: must be an object with model and label")
    return Verdict(data["question_id"], data["hypothesis"], label["label"], str(label.get("model")))
