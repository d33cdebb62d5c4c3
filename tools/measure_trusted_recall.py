"""Measure what whom a question comes from costs a recall: without labels, all trusted, trusted in part.

    python tools/measure_trusted_recall.py [--notes 5000] [--questions 300] [--untrusted 0.1]

A store of made-up notes, some of an untrusted origin, is filled first. All kinds of question are asked in turn, so
that what else the machine does slows all of them; questions differ, so that none is in the embedder's cache.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

sys.path[:0] = [
    str(Path(__file__).resolve().parents[1] / part) for part in ("", "stores", "retrieval", "agents", "evals")
]

from memsvc.app import App, build
from memsvc.domain.drafts import NewItem
from memsvc.domain.notes import Origin
from memsvc.domain.policies import GuardLevel, GuardPolicy, Policy
from memsvc.domain.recall import QuerySpan, RecallQuery
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.settings import Settings

_ACTOR = Actor("tools")
_OFF, _ON = Scope.of("tools", "off"), Scope.of("tools", "on")
_WHO = ("Ann", "Bob", "my sister", "the neighbour", "our teacher", "the baker", "a friend", "Tom")
_DOES = ("likes", "bought", "lost", "found", "painted", "repaired", "sold", "forgot", "borrowed", "cleaned")
_WHAT = ("a blue bicycle", "the old piano", "two tickets", "some apples", "a wooden chair", "the garden gate")
_WHERE = ("in Rome", "at the harbour", "near the station", "at school", "in the cellar", "by the river")
_WHEN = ("last summer", "on Monday", "in March", "years ago", "before lunch", "after the concert")
_PAGE = ("as the page says", "see the notice below", "according to the site", "from the search result")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--notes", type=int, default=5000)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--untrusted", type=float, default=0.1, help="share of notes from outside tools")
    chosen = parser.parse_args()
    rng = random.Random(7)
    with TemporaryDirectory(prefix="memsvc-trusted-") as folder, build(Settings(data_dir=Path(folder))) as app:
        _fill(app, chosen.notes, chosen.untrusted, rng)
        times = _measure(app, chosen.questions, rng)
    sys.stdout.write(f"{'question':<28} {'p50 ms':>8} {'p95 ms':>8}\n")
    for name, taken in times.items():
        p50, p95 = np.percentile(taken, [50, 95]) * 1000
        sys.stdout.write(f"{name:<28} {p50:8.2f} {p95:8.2f}\n")


def _fill(app: App, count: int, untrusted: float, rng: random.Random) -> None:
    """Store the same notes in two namespaces; nothing is looked at meanwhile, which is not what is measured."""
    off = Policy(guard=GuardPolicy(level=GuardLevel.OFF))
    texts = [f"{_sentence(rng)} ({number})" for number in range(count)]
    origins = [Origin.TOOL_EXTERNAL if rng.random() < untrusted else Origin.DIRECT_USER for _ in texts]
    for scope in (_OFF, _ON):
        app.service.set_policy(scope, off, actor=_ACTOR, expected_version=None)
        items = [NewItem(text, origin=origin) for text, origin in zip(texts, origins, strict=True)]
        for start in range(0, count, 100):
            app.service.remember(scope, items[start : start + 100], actor=_ACTOR)
    app.service.set_policy(_ON, Policy(), actor=_ACTOR, expected_version=None)


def _sentence(rng: random.Random) -> str:
    return " ".join(rng.choice(words) for words in (_WHO, _DOES, _WHAT, _WHERE, _WHEN))


def _measure(app: App, questions: int, rng: random.Random) -> Mapping[str, Sequence[float]]:
    times: defaultdict[str, list[float]] = defaultdict(list)
    for number in range(-10, questions):
        for name, (scope, query) in _asked(rng, number).items():
            start = perf_counter()
            app.service.recall(scope, query)
            if number >= 0:
                times[name].append(perf_counter() - start)
    return times


def _asked(rng: random.Random, number: int) -> dict[str, tuple[Scope, RecallQuery]]:
    """Return a question of each kind."""

    def spans(*origins: Origin) -> RecallQuery:
        said = f"Who {rng.choice(_DOES)} {rng.choice(_WHAT)} {rng.choice(_WHEN)}"
        parts = [said, f"{rng.choice(_PAGE)} {number}"]
        made = tuple(QuerySpan(text, origin) for text, origin in zip(parts, origins, strict=True))
        return RecallQuery(" ".join(parts), spans=made)

    user, tool = Origin.DIRECT_USER, Origin.TOOL_EXTERNAL
    return {
        "unlabelled, guard off": (_OFF, replace(spans(user, user), spans=())),
        "unlabelled": (_ON, replace(spans(user, user), spans=())),
        "all trusted": (_ON, spans(user, user)),
        "trusted in part": (_ON, spans(user, tool)),
        "trusted in part, full only": (_ON, replace(spans(user, tool), full_only=True)),
        "not trusted": (_ON, spans(tool, tool)),
    }


if __name__ == "__main__":
    main()
