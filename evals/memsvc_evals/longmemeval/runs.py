"""What a retriever did with one question, and the file that lets a run go on where it stopped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from memsvc.errors import InvalidInput

__all__ = ["QuestionRun", "RunFolder", "complete"]


@dataclass(frozen=True, slots=True)
class QuestionRun:
    """Complete rankings of one question (indices into its corpora), with durations in seconds.

    `found_sessions` and `found_turns` say how many documents the retriever ranked itself; the rest stands
    behind them in the order of the file. `embedded` counts texts that the model had to embed, `text_bytes` is
    the length of the haystack in UTF-8. `query_seconds` is one recall of ten notes once the question is embedded,
    None where there is no service.
    """

    question: str
    sessions: tuple[int, ...]
    turns: tuple[int, ...]
    found_sessions: int
    found_turns: int
    ingest_seconds: float
    recall_seconds: tuple[float, ...]
    notes: int
    embedded: int = 0
    text_bytes: int = 0
    query_seconds: float | None = None


def complete(found: list[int], documents: int) -> tuple[int, ...]:
    """Return the ranking with every document that was not found behind it, each once."""
    ranked = dict.fromkeys(found)
    return (*ranked, *(index for index in range(documents) if index not in ranked))


class RunFolder:
    """Results of questions as JSON lines beside the hash of their configuration.

    A torn last line (a killed run) is dropped; a folder without results is any run's. Raises InvalidInput when
    the results are another run's.
    """

    def __init__(self, folder: Path, config: Mapping[str, Any]) -> None:
        self._results = folder / "results.jsonl"
        identity = folder / "run.json"
        digest = hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._done = self._load()
            if self._done and identity.exists():
                self._check(folder, json.loads(identity.read_text(encoding="utf-8")), digest)
            else:
                identity.write_text(json.dumps({"sha256": digest, "config": config}, indent=1), encoding="utf-8")
        except (OSError, ValueError, TypeError) as error:
            raise InvalidInput(f"cannot use {folder} to resume a run: {error}") from error

    @staticmethod
    def _check(folder: Path, known: Mapping[str, Any], digest: str) -> None:
        if known.get("sha256") != digest:
            raise InvalidInput(
                f"{folder} holds a run with another configuration or data file; use another folder, or the same "
                f"options as in {folder / 'run.json'}"
            )

    def _load(self) -> dict[str, QuestionRun]:
        if not self._results.exists():
            return {}
        whole, _, torn = self._results.read_bytes().rpartition(b"\n")
        if torn:
            self._results.write_bytes(whole + b"\n" if whole else b"")
        runs = [_from_json(json.loads(line)) for line in whole.splitlines() if line]
        return {run.question: run for run in runs}

    def get(self, question: str) -> QuestionRun | None:
        return self._done.get(question)

    def put(self, run: QuestionRun) -> None:
        """Append one result; it is in the file when this returns."""
        with self._results.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(run)) + "\n")
        self._done[run.question] = run


def _from_json(data: dict[str, Any]) -> QuestionRun:
    lists = {name: tuple(data[name]) for name in ("sessions", "turns", "recall_seconds")}
    return QuestionRun(**{**data, **lists})
