from __future__ import annotations

import pytest

from memsvc_stores.lexical import Analyzer, Fts5Lexical, TsvectorLexical
from tests.support.lexical_index import Index, scores


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, analyzer: Analyzer) -> Index:
    connection = request.getfixturevalue(f"{request.param}_connection")
    return Index(
        analyzer, Fts5Lexical(analyzer) if request.param == "sqlite" else TsvectorLexical(analyzer), connection
    )


def test_only_visible_notes_are_found(database: Index) -> None:
    for row, status in enumerate(("active", "limited", "superseded", "merged", "quarantined", "forgotten"), 1):
        database.add({row: ("kite", "")}, status=status)
    assert database.search("kite")["lexical_user"].rows.tolist() == [1, 2]


def test_allowed_notes_are_found_whatever_their_status(database: Index) -> None:
    database.add({1: ("kite", ""), 2: ("tree", "")}, status="forgotten")
    assert database.search("kite", allowed=[1, 2])["lexical_user"].rows.tolist() == [1]


def test_visible_notes_are_found_behind_many_hidden_ones(database: Index) -> None:
    database.add(dict.fromkeys(range(1, 1001), ("kite kite kite", "")), status="superseded")
    database.add(dict.fromkeys(range(2001, 2004), ("kite and a tree", "")))
    assert database.search("kite", limit=5)["lexical_user"].rows.tolist() == [2001, 2002, 2003]


def test_hidden_notes_count_in_the_statistics(database: Index) -> None:
    database.add({1: ("kite", ""), 2: ("kite", ""), 3: ("tree", "")})
    expected = scores(database.search("kite")["lexical_user"])
    database.add({4: ("tree", "")}, status="forgotten")
    found = scores(database.search("kite")["lexical_user"])
    assert [found[row] > expected[row] for row in (1, 2)] == [True, True]
