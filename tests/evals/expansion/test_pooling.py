"""Scores of keys become a ranking of items."""

from __future__ import annotations

import pytest

from memsvc_evals.longmemeval.expansion.clean import Item
from memsvc_evals.longmemeval.expansion.pooling import max_pool, pooled_ranking


def _item(document: int, *keys: str) -> Item:
    return Item(document, keys)


ITEMS = (_item(0, "a", "b"), _item(1, "c"), _item(2, "d", "e", "f"))


def test_an_item_has_the_score_of_its_best_key() -> None:
    assert max_pool(ITEMS, [1.0, 3.0, 2.0, 0.0, 5.0, 4.0]) == [3.0, 2.0, 5.0]


def test_an_item_ranks_once_by_its_best_key() -> None:
    assert pooled_ranking(ITEMS, [1.0, 3.0, 2.0, 0.0, 5.0, 4.0]) == (2, 0, 1)


def test_equal_items_keep_their_order() -> None:
    assert pooled_ranking(ITEMS, [1.0, 0.0, 1.0, 1.0, 0.0, 0.0]) == (0, 1, 2)


def test_scores_of_other_keys_are_refused() -> None:
    with pytest.raises(ValueError, match="2 scores for 6 keys"):
        max_pool(ITEMS, [1.0, 2.0])
