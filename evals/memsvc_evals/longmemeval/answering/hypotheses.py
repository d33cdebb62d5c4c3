"""The official file of hypotheses, and beside it what each answer took."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from memsvc.errors import InvalidInput
from memsvc_evals.longmemeval.answering.jsonl import JsonLines

__all__ = ["HypothesisFile", "ReadingRecord", "readings_path"]


@dataclass(frozen=True, slots=True)
class ReadingRecord:
    """How a question was read; `error` is None where there is an answer.

    `items` were read, `dropped` and `shortened` name what the budget left out or cut, all by ids of the log.
    `evidence_read` is None for an abstention question.
    """

    question_id: str
    evidence_read: bool | None
    items: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    shortened: str | None = None
    error: str | None = None
    model: str | None = None
    calls: int = 0
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cut: bool = False
    reply: str | None = None


def readings_path(hypotheses: Path) -> Path:
    """Return where the records of a file of hypotheses are."""
    return hypotheses.with_name(hypotheses.name + ".readings.jsonl")


class HypothesisFile:
    """JSON lines {question_id, hypothesis}, which a later run with the same configuration goes on with.

    Raises InvalidInput when the file holds answers of another run; one without any answer begins anew.
    """

    def __init__(self, path: Path, config: Mapping[str, Any]) -> None:
        self._hypotheses = JsonLines(path)
        self._records = JsonLines(readings_path(path))
        is_same = _check_identity(path, config, is_answered=bool(self._hypotheses.read()))
        self._done = set(self._hypotheses.keep(lambda _: True))
        self._records.keep(lambda _: is_same)

    def has(self, question: str) -> bool:
        return question in self._done

    def put(self, record: ReadingRecord, hypothesis: str | None) -> None:
        """Add a record and, where there is one, its hypothesis; both are in their files when this returns."""
        self._records.append(asdict(record))
        if hypothesis is not None:
            self._hypotheses.append({"question_id": record.question_id, "hypothesis": hypothesis})
            self._done.add(record.question_id)


def _check_identity(path: Path, config: Mapping[str, Any], *, is_answered: bool) -> bool:
    """Return whether the run is the one that the file is of; keep this one's configuration if it is not."""
    identity = path.with_name(path.name + ".run.json")
    digest = hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()
    try:
        if identity.exists():
            known = json.loads(identity.read_text(encoding="utf-8"))
            if isinstance(known, dict) and known.get("sha256") == digest:
                return True
            if is_answered:
                raise InvalidInput(
                    f"{path} holds answers of another model, log or options (see {identity.name}); "
                    "write to another file"
                )
        elif path.exists():
            raise InvalidInput(f"{path} is there, but {identity.name} is not; write to another file")
        identity.write_text(json.dumps({"sha256": digest, "config": config}, indent=1), encoding="utf-8")
        return False
    except (OSError, ValueError) as error:
        raise InvalidInput(f"cannot use {path} for hypotheses: {error}") from error
