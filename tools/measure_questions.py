"""Count how often the rules for questions fire on a LongMemEval file, by type and by half of the data.

    python tools/measure_questions.py longmemeval_oracle_dev.json [--show range] [--json FILE]

Types, answers and evidence are read for the report alone. The halves are those of a hash of the question's id. For
ranges: how often the date of any, and of every, evidence session lies inside.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path[:0] = [
    str(Path(__file__).resolve().parents[1] / part) for part in ("", "stores", "retrieval", "agents", "evals")
]

from memsvc_evals.longmemeval.question import parse_date
from memsvc_retrieval.question.boilerplate import strip_boilerplate
from memsvc_retrieval.question.routing import route
from memsvc_retrieval.temporal.ranges import TimeRange, question_range

_HALVES = ("tune", "check")
_FIGURES = ("n", "assistant", "advice", "time", "range", "any gold inside", "all gold inside", "stripped")


def half_of(question_id: str) -> str:
    return _HALVES[int(hashlib.sha256(question_id.encode()).hexdigest(), 16) % 2]


def gold_dates(question: Mapping[str, Any]) -> list[datetime]:
    gold = set(question["answer_session_ids"])
    pairs = zip(question["haystack_session_ids"], question["haystack_dates"], strict=True)
    return [parse_date(date, "haystack_dates") for session, date in pairs if session in gold]


def fired(question: Mapping[str, Any], asked: TimeRange | None) -> dict[str, bool]:
    text = question["question"]
    found = route(text)
    inside = [asked.holds(at) for at in gold_dates(question)] if asked else []
    return {
        "n": True,
        "assistant": found.assistant_reference,
        "advice": found.recommendation,
        "time": found.explicit_time,
        "range": asked is not None,
        "any gold inside": any(inside),
        "all gold inside": bool(inside) and all(inside),
        "stripped": strip_boilerplate(text) != text,
    }


def counted(questions: Iterable[Mapping[str, Any]], show: str | None, half: str | None) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for question in questions:
        own = half_of(question["question_id"])
        asked = question_range(question["question"], parse_date(question["question_date"], "question_date"))
        marks = fired(question, asked)
        for row in (f"{own} {question['question_type']}", f"{own} all"):
            counts.setdefault(row, Counter()).update(name for name, hit in marks.items() if hit)
        if show and marks[show] and half in (None, own):
            dates = " ".join(f"{at:%m-%d}" for at in gold_dates(question)) if asked else ""
            spread = f"[{asked.start:%Y-%m-%d}, {asked.end:%Y-%m-%d}) gold {dates}" if asked else ""
            print(f"{question['question_type']:26} {question['question']} | {question['question_date']} {spread}")
            if show == "stripped":
                print(f"{'':26} -> {strip_boilerplate(question['question'])}")
    return counts


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--show", choices=_FIGURES, help="print the questions that this rule fires on")
    parser.add_argument("--half", choices=_HALVES, help="print those of one half alone")
    parser.add_argument("--json", type=Path, help="write the counts here")
    options = parser.parse_args()
    questions = json.loads(options.file.read_text())
    started = time.perf_counter()
    counts = counted(questions, options.show, options.half)
    spent = time.perf_counter() - started
    print(f"{'':34}" + "".join(f"{name:>17}" for name in _FIGURES))
    for row in sorted(counts):
        print(f"{row:34}" + "".join(f"{counts[row][name]:17}" for name in _FIGURES))
    print(f"{spent / len(questions) * 1e6:.0f} microseconds a question")
    if options.json:
        options.json.write_text(json.dumps({row: dict(each) for row, each in counts.items()}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
