"""Measure lexical search on a LongMemEval file: `python tools/measure_lexical.py FILE [--limit N]`.

One namespace per question in the in-memory index, rounds as notes. Figures: session level over questions without
`_abs`, gold = answer_session_ids; turn level over questions with a user turn marked as evidence.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ijson

from memsvc.ports.ranking import Ranked
from memsvc_stores.lexical import Analyzer, MemoryLexical

_RRF_K = 10
_DECAY = 0.3
_SECONDS_TO_MS = 1e3


@dataclass(frozen=True, slots=True)
class Round:
    """A user turn and the answers to it; `evidence` when the user turn is marked."""

    session: int
    user: str
    other: str
    evidence: bool


def rounds(session: int, turns: list[dict[str, Any]]) -> Iterator[Round]:
    """Cut a session before every user turn."""
    groups: list[list[dict[str, Any]]] = []
    for turn in turns:
        if turn["role"] == "user" or not groups:
            groups.append([])
        groups[-1].append(turn)
    for group in groups:
        user = [turn for turn in group if turn["role"] == "user"]
        other = [turn["content"] for turn in group if turn["role"] != "user"]
        evidence = any(turn.get("has_answer") for turn in user)
        yield Round(session, "\n".join(turn["content"] for turn in user), "\n".join(other), evidence)


def fuse(arms: dict[str, Ranked]) -> dict[int, float]:
    """Return reciprocal rank sums by row."""
    fused: defaultdict[int, float] = defaultdict(float)
    for ranked in arms.values():
        for rank, row in enumerate(ranked.rows.tolist(), 1):
            fused[row] += 1 / (_RRF_K + rank)
    return fused


def sessions_of(scores: dict[int, float], notes: list[Round], names: list[str]) -> list[str]:
    """Return the ids of the sessions, best first; each counts its notes with falling weight."""
    by_session: defaultdict[int, list[float]] = defaultdict(list)
    for row, score in scores.items():
        by_session[notes[row].session].append(score)
    totals = {
        session: sum(score * _DECAY**place for place, score in enumerate(sorted(found, reverse=True)))
        for session, found in by_session.items()
    }
    ordered = sorted(totals, key=lambda session: (-totals[session], session))
    return list(dict.fromkeys(names[session] for session in ordered))


class Measurement:
    """Sums up questions; one analyzer for all, as in a running service."""

    def __init__(self) -> None:
        self.analyzer = Analyzer()
        self.figures: defaultdict[str, list[float]] = defaultdict(list)

    def add(self, question: dict[str, Any]) -> None:
        """Index a question's haystack, ask, and note what was found and how long it took."""
        notes = [note for at, turns in enumerate(question["haystack_sessions"]) for note in rounds(at, turns)]
        lexical = MemoryLexical(self.analyzer)
        started = time.perf_counter()
        lexical.add(1, [(row, self.analyzer.prepare(note.user, note.other)) for row, note in enumerate(notes)])
        self.figures["ms to index a note"].append((time.perf_counter() - started) * _SECONDS_TO_MS / len(notes))
        stats = lexical.stats(1)
        started = time.perf_counter()
        arms = lexical.search(1, question["question"], limit=len(notes), allowed=None, stats=stats)
        self.figures["ms to search"].append((time.perf_counter() - started) * _SECONDS_TO_MS)
        if "_abs" not in question["question_id"]:
            self._judge_sessions(question, arms, notes)
            self._judge_turns(arms["lexical_user"], notes)

    def _judge_sessions(self, question: dict[str, Any], arms: dict[str, Ranked], notes: list[Round]) -> None:
        gold = set(question["answer_session_ids"])
        rankings = {"": fuse(arms)}
        rankings |= {f" {name} alone": fuse({name: ranked}) for name, ranked in arms.items()}
        for suffix, scores in rankings.items():
            found = sessions_of(scores, notes, question["haystack_session_ids"])
            for k in (5, 10):
                self.figures[f"session recall_all@{k}{suffix}"].append(gold <= set(found[:k]))
                self.figures[f"session recall_any@{k}{suffix}"].append(not gold.isdisjoint(found[:k]))

    def _judge_turns(self, ranked: Ranked, notes: list[Round]) -> None:
        gold = {row for row, note in enumerate(notes) if note.evidence}
        if gold:
            for k in (5, 10):
                self.figures[f"turn strict recall_all@{k} lexical_user"].append(
                    gold <= set(ranked.rows[:k].tolist())
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--limit", type=int)
    options = parser.parse_args()
    measurement = Measurement()
    with options.file.open("rb") as file:
        for number, question in enumerate(ijson.items(file, "item")):
            if number == options.limit:
                break
            measurement.add(question)
    for name, values in measurement.figures.items():
        print(f"{name:45} {statistics.fmean(values):.4f}  n={len(values)}")


if __name__ == "__main__":
    main()
