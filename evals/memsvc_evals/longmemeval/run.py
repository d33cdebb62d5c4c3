"""One run: stream the questions, rank each once, score, log."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

from memsvc.errors import InvalidInput
from memsvc_evals.longmemeval.averages import QuestionScores, score_question
from memsvc_evals.longmemeval.corpus import build_corpora
from memsvc_evals.longmemeval.official_log import log_entry
from memsvc_evals.longmemeval.retrievers import Retriever
from memsvc_evals.longmemeval.runs import QuestionRun, RunFolder
from memsvc_evals.longmemeval.schema import read_questions

__all__ = ["WHOLE", "Part", "run_questions"]


@dataclass(frozen=True, slots=True)
class Part:
    """Which questions of the file: `limit` None means all after `offset`."""

    offset: int = 0
    limit: int | None = None

    def size(self, questions: int) -> int:
        rest = max(0, questions - self.offset)
        return rest if self.limit is None else min(self.limit, rest)


WHOLE = Part()


def run_questions(
    path: Path,
    retriever: Retriever,
    *,
    part: Part,
    folder: RunFolder | None = None,
    logs: Path | None = None,
    on_question: Callable[[QuestionRun], None] = lambda _: None,
) -> list[tuple[QuestionScores, QuestionRun]]:
    """Rank and score each question of the part; those that the folder has already are only scored.

    `logs` is the prefix of the two official retrieval logs (session and turn). One haystack is in memory at a
    time. Raises InvalidInput when no question is left.
    """
    results = []
    stop = None if part.limit is None else part.offset + part.limit
    with ExitStack() as stack:
        files = _open_logs(stack, logs)
        for question in islice(read_questions(path), part.offset, stop):
            corpora = build_corpora(question)
            run = folder.get(question.id) if folder else None
            if run is None:
                run = retriever.rank(question, corpora)
                if folder:
                    folder.put(run)
            scores = score_question(question, corpora, sessions=run.sessions, turns=run.turns)
            for granularity, file in files.items():
                _write_line(file, log_entry(question, corpora, run, scores, granularity=granularity))
            results.append((scores, run))
            on_question(run)
    if not results:
        raise InvalidInput(f"{path.name}: no question at offset {part.offset}; take a smaller offset")
    return results


def _open_logs(stack: ExitStack, prefix: Path | None) -> dict[str, IO[str]]:
    if prefix is None:
        return {}
    try:
        return {
            name: stack.enter_context(open(f"{prefix}_retrievallog_{name}", "w", encoding="utf-8"))
            for name in ("session", "turn")
        }
    except OSError as error:
        raise InvalidInput(f"cannot write the retrieval logs at {prefix}: {error.strerror or error}") from error


def _write_line(file: IO[str], entry: dict[str, Any]) -> None:
    file.write(json.dumps(entry, ensure_ascii=False) + "\n")
