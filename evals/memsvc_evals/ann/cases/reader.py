"""A process that reads while another one writes, and checks every answer."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from memsvc_evals.ann.cases.shared import SharedJournal
from memsvc_evals.ann.ours.opening import open_index
from memsvc_evals.ann.searching import K
from memsvc_evals.ann.truth import exact_top
from memsvc_evals.answering import answer_requests, claim_stdout

__all__ = ["Reader"]

_SCORE = 2e-3
_CHECKED = 16


class Reader:
    """Arguments: the dataset, the journal, the index, the form."""

    def __init__(self, dataset: Path, journal: Path, index: Path, form: str) -> None:
        self._queries = np.load(dataset / "q_f16.npy").astype(np.float32)
        self._journal = SharedJournal(journal, np.load(dataset / "x_f16.npy", mmap_mode="r"))
        self._index = open_index(index, form)
        self._next = 0

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Search for some seconds; {"seconds", "check"} gives searches, wrong answers, and recalls."""
        end = time.perf_counter() + request["seconds"]
        done, wrong, recalls = 0, 0, []
        while time.perf_counter() < end:
            source = self._journal.source()
            query = self._queries[self._next % len(self._queries)]
            ranked = self._index.search(source, source.state(), query, k=K, allowed=None)
            self._next += 1
            done += 1
            if request["check"] and done % _CHECKED == 1:
                bad, share = self._judge(source.count, query, ranked.rows, ranked.scores)
                wrong += bad
                recalls.append(share)
        return {"count": done, "wrong": wrong, "recalls": recalls}

    def _judge(self, before: int, query: Any, rows: Any, scores: Any) -> tuple[bool, float]:
        """Say whether an answer is wrong, and its recall against a scan of what was there before the search.

        Wrong is: a note twice, one that was not there before or after the search, or a score that is not its own.
        """
        then, now = self._journal.source(before), self._journal.source()
        living = then.living()
        possible = np.union1d(living, now.living())
        own = now.matrix(rows) @ query / np.linalg.norm(query)
        bad = len(np.unique(rows)) < len(rows) or not np.isin(rows, possible).all()
        bad = bad or bool(np.abs(own - scores / np.linalg.norm(query)).max(initial=0) > _SCORE)
        exact = living[exact_top(then.matrix(living).astype(np.float16), query[None].astype(np.float16), K)[0]]
        staying = np.isin(exact, now.living())
        found = np.isin(exact[staying], rows).mean() if staying.any() else 1.0
        return bad, float(found)


if __name__ == "__main__":
    answers = claim_stdout()
    dataset, journal, folder, form = sys.argv[1:5]
    reader = Reader(Path(dataset), Path(journal), Path(folder), form)
    answer_requests(answers, reader.answer)
