"""Filters on large namespaces: when notes are found first, how far, and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
import pytest

from memsvc.domain.notes import Kind, Status
from memsvc.domain.selection import Selection
from memsvc.domain.time import from_microseconds
from memsvc.ports.embedding import Model
from memsvc.ports.ranking import NamespaceState, Ranked
from memsvc.ports.storage import Reader
from memsvc_retrieval.sifting import sifted

FACTS = Selection(kinds=frozenset({Kind.FACT}))
LARGE = NamespaceState(1, 100_000, Model("m", 4, 256))


class Namespace:
    """Rows 1 to `size` rank by number; `chosen` says which are selected."""

    def __init__(self, size: int, chosen: Callable[[int], bool]) -> None:
        self.asked: list[int] = []
        self._size = size
        self._chosen = chosen

    def ask(self, depth: int) -> dict[str, Ranked]:
        self.asked.append(depth)
        rows = np.arange(1, min(depth, self._size) + 1)
        return {"dense": Ranked(rows, np.linspace(1, 0, rows.size, dtype=np.float32))}

    def matching_rows(self, selection: Selection, *, among: Sequence[int] | None = None) -> Any:
        assert among is not None
        return np.array([row for row in among if self._chosen(row)], np.int64)

    def sift(self, *, selection: Selection = FACTS, depth: int = 50, state: NamespaceState = LARGE) -> Any:
        return sifted(self.ask, cast(Reader, self), state, selection=selection, depth=depth)


def test_a_broad_filter_takes_one_round() -> None:
    space = Namespace(100_000, lambda row: row % 2 == 0)
    found = space.sift()["dense"]
    assert found.rows.tolist() == list(range(2, 102, 2))
    assert (np.diff(found.scores) < 0).all()
    assert space.asked == [200]


def test_a_narrower_filter_looks_as_much_further_as_it_takes() -> None:
    space = Namespace(100_000, lambda row: row % 20 == 0)
    assert space.sift()["dense"].rows.tolist() == list(range(20, 1020, 20))
    assert space.asked == [200, 1500]


@pytest.mark.parametrize("step", [200, 10**9])
def test_a_filter_that_few_notes_pass_is_left_to_a_list(step: int) -> None:
    space = Namespace(100_000, lambda row: row % step == 0)
    assert space.sift() is None
    assert max(space.asked) <= 4000


def test_an_arm_that_has_no_more_is_enough() -> None:
    space = Namespace(60, lambda row: row % 3 == 0)
    assert space.sift()["dense"].rows.tolist() == list(range(3, 61, 3))
    assert space.asked == [200]


def test_an_arm_without_hits_stays_empty() -> None:
    space = Namespace(100_000, lambda row: True)
    arms = {"dense": space.ask(10)["dense"], "lexical_user": Ranked.empty()}
    found = sifted(lambda depth: arms, cast(Reader, space), LARGE, selection=FACTS, depth=5)
    assert found is not None
    assert (found["dense"].rows.tolist(), found["lexical_user"].rows.size) == ([1, 2, 3, 4, 5], 0)


@pytest.mark.parametrize(
    "selection",
    [
        Selection(statuses=frozenset({Status.SUPERSEDED})),
        Selection(as_of=from_microseconds(1)),
        Selection(known_at=from_microseconds(1)),
    ],
)
def test_notes_that_a_search_does_not_see_are_listed(selection: Selection) -> None:
    space = Namespace(100_000, lambda row: True)
    assert space.sift(selection=selection) is None
    assert space.asked == []


def test_a_small_namespace_is_listed() -> None:
    space = Namespace(100, lambda row: True)
    assert space.sift(state=NamespaceState(1, 100, Model("m", 4, 256))) is None
    assert space.asked == []
