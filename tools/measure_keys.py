"""Draw keys by rules from the rounds of a LongMemEval file; print CPU time, counts per slot and samples.

python tools/measure_keys.py FILE [--questions N] [--samples N]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from dataclasses import fields
from itertools import islice
from pathlib import Path

sys.path[:0] = [
    str(Path(__file__).resolve().parents[1] / part) for part in ("", "stores", "retrieval", "agents", "evals")
]

from memsvc.domain.drafts import NewTurn
from memsvc.memory.rounds import split_rounds
from memsvc.ports.extraction import ExtractedKeys, Slot
from memsvc.ports.retrieval import Passage
from memsvc_evals.longmemeval.schema import read_questions
from memsvc_retrieval.keys.pipeline import rule_pipeline


def rounds(file: Path, questions: int) -> list[Passage]:
    return [
        Passage(part.content, part.turns, session.at)
        for question in islice(read_questions(file), questions)
        for session in question.haystack
        for part in split_rounds([NewTurn(turn.role, turn.content) for turn in session.turns], first=0)
    ]


def size(value: object) -> int:
    return int(bool(value)) if isinstance(value, str) else len(value) if isinstance(value, tuple) else 0


def report(passages: list[Passage]) -> list[ExtractedKeys]:
    pipeline = rule_pipeline()
    words = sum(len(passage.content.split()) for passage in passages)
    print(f"{len(passages)} rounds of {words / len(passages):.0f} words")
    print(f"{'slot':<12}{'ms/round':>10}{'ms/300 words':>14}{'mean':>8}{'rounds with':>13}{'characters':>12}")
    for slot in Slot:
        started = time.process_time()
        values = [getattr(pipeline, slot).extract(passage) for passage in passages]
        milliseconds = (time.process_time() - started) * 1e3
        counts = Counter(size(value) for value in values)
        total = sum(count * times for count, times in counts.items())
        letters = sum(
            len(str(part)) for value in values for part in ([value] if isinstance(value, str) else value)
        )
        print(
            f"{slot:<12}{milliseconds / len(passages):>10.3f}{milliseconds / words * 300:>14.3f}"
            f"{total / len(passages):>8.2f}{1 - counts[0] / len(passages):>13.3f}{letters / len(passages):>12.0f}"
        )
    started = time.process_time()
    extracted = [pipeline.extract(passage) for passage in passages]
    milliseconds = (time.process_time() - started) * 1e3
    print(f"{'all':<12}{milliseconds / len(passages):>10.3f}{milliseconds / words * 300:>14.3f}")
    return extracted


def show(passages: list[Passage], extracted: list[ExtractedKeys], samples: int) -> None:
    step = max(1, len(passages) // max(1, samples))
    for passage, keys in list(zip(passages, extracted, strict=True))[::step][:samples]:
        print(f"\n== {passage.at:%Y-%m-%d} {passage.content[:600]!r}")
        for field in fields(keys):
            print(f"  {field.name}: {getattr(keys, field.name)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--questions", type=int, default=10)
    parser.add_argument("--samples", type=int, default=5)
    options = parser.parse_args()
    passages = rounds(options.file, options.questions)
    show(passages, report(passages), options.samples)


if __name__ == "__main__":
    main()
