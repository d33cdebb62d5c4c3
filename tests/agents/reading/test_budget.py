from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc_agents.reading.budget import estimated_tokens, fit
from memsvc_agents.reading.items import Item, ReadTurn, history_text

Make = Callable[..., Item]


def texts(items: tuple[Item, ...]) -> list[str]:
    return [item.turns[0].content for item in items]


def test_without_a_budget_all_is_kept(make_item: Make) -> None:
    items = [make_item("a"), make_item("b" * 100_000)]
    assert fit(items, None).kept == tuple(items)


def test_the_best_ranked_are_kept_and_the_rest_is_named(make_item: Make) -> None:
    items = [make_item("third", rank=2), make_item("first", rank=0), make_item("second", rank=1)]
    fitted = fit(items, estimated_tokens(history_text(items)) - 1)
    assert (texts(fitted.kept), texts(fitted.dropped)) == (["first", "second"], ["third"])


def test_a_smaller_item_may_take_the_place_of_a_larger_one(make_item: Make) -> None:
    items = [make_item("a", rank=0), make_item("b" * 999, rank=1), make_item("c", rank=2)]
    fitted = fit(items, 100)
    assert (texts(fitted.kept), texts(fitted.dropped)) == (["a", "c"], ["b" * 999])


def test_the_best_item_is_cut_when_it_does_not_fit_alone(make_item: Make) -> None:
    item = make_item("x" * 999)
    fitted = fit([item], 100)
    (text,) = texts(fitted.kept)
    assert text.endswith("x [cut]")
    assert fitted.shortened == item
    assert 95 <= estimated_tokens(history_text(fitted.kept)) <= 100


def test_a_budget_that_fits_nothing_drops_everything(make_item: Make) -> None:
    item = make_item("x" * 999)
    assert fit([item], 10).dropped == (item,)


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("abc", 1), ("abcd", 2), ("記憶", 2), ("\ud83d", 1)])
def test_tokens_are_estimated_by_bytes(text: str, tokens: int) -> None:
    assert estimated_tokens(text) == tokens


@given(st.lists(st.text(max_size=60), min_size=1, max_size=6), st.integers(0, 200))
def test_what_is_kept_fits_and_nothing_is_lost_silently(contents: list[str], budget: int) -> None:
    at = datetime(2023, 5, 1, tzinfo=UTC)
    items = [
        Item(str(rank), at, "2023/05/01", (ReadTurn("user", text),), rank) for rank, text in enumerate(contents)
    ]
    fitted = fit(items, budget)
    assert not fitted.kept or estimated_tokens(history_text(fitted.kept)) <= budget
    assert sorted(item.rank for item in fitted.kept + fitted.dropped) == list(range(len(items)))
