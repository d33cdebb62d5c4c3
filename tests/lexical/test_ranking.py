"""What every lexical index must do; each test runs on memory, SQLite and PostgreSQL."""

from __future__ import annotations

import math
from collections import Counter
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.lexical_index import Index, scores

TOLERANCE = 1e-5
PETS = {
    11: ("my cat sleeps", "cats sleep a lot"),
    12: ("a dog barks at the cat", "that dog is loud"),
    13: ("the weather in Oslo", "rain, and more rain"),
}


def textbook(documents: dict[int, list[str]], query: list[str]) -> dict[int, float]:
    """BM25 as in a textbook: k1 1.2, b .75, idf ln(1 + (N - df + .5) / (df + .5)), distinct query terms."""
    total = len(documents)
    average = sum(map(len, documents.values())) / total
    found: dict[int, float] = {}
    for row, terms in documents.items():
        for term in set(query) & set(terms):
            having = sum(term in other for other in documents.values())
            idf = math.log(1 + (total - having + 0.5) / (having + 0.5))
            often = Counter(terms)[term]
            part = idf * often * 2.2 / (often + 1.2 * (0.25 + 0.75 * len(terms) / average))
            found[row] = found.get(row, 0.0) + part
    return found


WORDS = st.lists(st.sampled_from(["ant", "bee", "cow", "doe", "elk"]), max_size=8)
NAMESPACES = count(100)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=12),
    query=st.lists(st.sampled_from(["ant", "bee", "cow", "fox"]), min_size=1, max_size=4),
)
def test_scores_are_textbook_bm25(
    index: Index, texts: list[tuple[list[str], list[str]]], query: list[str]
) -> None:
    namespace = next(NAMESPACES)
    rows = range(namespace * 1000, namespace * 1000 + len(texts))
    numbered = dict(zip(rows, texts, strict=True))
    index.add({row: (" ".join(u), " ".join(o)) for row, (u, o) in numbered.items()}, namespace=namespace)
    found = index.search(" ".join(query), namespace=namespace)
    user = textbook({row: u for row, (u, _) in numbered.items()}, query)
    either = textbook({row: u + o for row, (u, o) in numbered.items()}, query)
    assert scores(found["lexical_user"]) == pytest.approx(user, rel=TOLERANCE)
    assert scores(found["lexical_all"]) == pytest.approx(either, rel=TOLERANCE)


def test_there_are_two_arms(index: Index) -> None:
    index.add(PETS)
    assert list(index.search("cat")) == ["lexical_user", "lexical_all"]


def test_user_arm_sees_only_the_users_words(index: Index) -> None:
    index.add(PETS)
    found = index.search("loud rain")
    assert found["lexical_user"].rows.tolist() == []
    assert sorted(found["lexical_all"].rows.tolist()) == [12, 13]


def test_best_comes_first_and_ties_by_row(index: Index) -> None:
    index.add({7: ("red kite", ""), 5: ("red kite", ""), 6: ("red red kite", ""), 9: ("blue kite", "")})
    assert index.search("red")["lexical_user"].rows.tolist() == [6, 5, 7]


def test_a_namespace_without_the_word_is_empty(index: Index) -> None:
    index.add(PETS)
    assert [len(ranked.rows) for ranked in index.search("giraffe").values()] == [0, 0]


def test_a_query_of_stop_words_finds_nothing(index: Index) -> None:
    index.add(PETS)
    assert [len(ranked.rows) for ranked in index.search("what is the, of").values()] == [0, 0]


def test_a_note_without_words_is_kept_and_not_found(index: Index) -> None:
    index.add({1: ("...", "!"), 2: ("kite", "")})
    assert index.search("kite")["lexical_all"].rows.tolist() == [2]


def test_other_namespaces_change_no_bit_of_a_score(index: Index) -> None:
    index.add(PETS, namespace=1)
    before = {arm: (r.rows.tolist(), r.scores.tobytes()) for arm, r in index.search("cat dog rain").items()}
    index.add({row + 100: (f"cat cat {row}", "dog rain") for row in range(50)}, namespace=2)
    index.add({row + 500: ("cat", "rain") for row in range(50)}, namespace=37)
    after = {arm: (r.rows.tolist(), r.scores.tobytes()) for arm, r in index.search("cat dog rain").items()}
    assert before == after


def test_a_namespace_finds_nothing_of_another(index: Index) -> None:
    index.add(PETS, namespace=1)
    assert [len(ranked.rows) for ranked in index.search("cat", namespace=2).values()] == [0, 0]


def test_the_text_cannot_name_another_namespace(index: Index) -> None:
    index.add(PETS, namespace=1)
    assert [len(ranked.rows) for ranked in index.search("1_cat", namespace=2).values()] == [0, 0]


def test_allowed_restricts_inside_the_search(index: Index) -> None:
    index.add({row: ("kite " * (row % 7 + 1), "") for row in range(1, 301)})
    everything = scores(index.search("kite", limit=300)["lexical_user"])
    found = index.search("kite", limit=3, allowed=[10, 20, 30, 999])["lexical_user"]
    assert scores(found) == {row: everything[row] for row in (10, 20, 30)}


def test_nothing_allowed_finds_nothing(index: Index) -> None:
    index.add(PETS)
    assert [len(ranked.rows) for ranked in index.search("cat", allowed=[]).values()] == [0, 0]


def test_limit_keeps_the_best(index: Index) -> None:
    index.add({row: ("kite " * (row % 50) + "tree " * (row % 91 + 1), "kite") for row in range(1, 1001)})
    for arm, ranked in index.search("kite tree", limit=1000).items():
        best = index.search("kite tree", limit=10)[arm]
        assert (best.rows.tolist(), best.scores.tolist()) == (
            ranked.rows[:10].tolist(),
            ranked.scores[:10].tolist(),
        )


def test_removed_notes_are_not_found_and_not_counted(index: Index) -> None:
    index.add(PETS)
    expected = index.search("cat dog")
    index.add({20: ("cat cat dog", "dog")})
    index.remove([20])
    found = index.search("cat dog")
    assert {arm: scores(r) for arm, r in found.items()} == {arm: scores(r) for arm, r in expected.items()}


def test_removal_under_another_namespace_removes_nothing(index: Index) -> None:
    index.add(PETS, namespace=1)
    index.add({50: ("owl", "")}, namespace=36)
    index.remove([11], namespace=36)
    assert 11 in index.search("cat")["lexical_user"].rows.tolist()


@pytest.mark.parametrize(
    "text",
    [
        'cat" OR "x',
        "cat NEAR(dog, 5) AND NOT x*",
        "user_terms:cat ^cat -x",
        "'cat':1A & !x | (y <-> z)",
        "cat\\'); DROP TABLE notes; --",
        "\x00cat\x00 %s ? :name",
        "Ｃａｔ \ud800 \u200b",
    ],
)
def test_operators_are_plain_words(index: Index, text: str) -> None:
    index.add(PETS)
    assert 11 in index.search(text)["lexical_user"].rows.tolist()


def test_odd_text_is_indexed(index: Index) -> None:
    index.add({1: ("it's 'quoted' \\ \" \x00 $5 \ud800 naïve 東京タワー हिन्दी " + "z" * 5000, "%s ? :x")})
    for word in ("quoted", "$5", "naive", "東京", "हिन्दी", "z" * 5000):
        assert index.search(word)["lexical_user"].rows.tolist() == [1]


def test_frequent_terms_count_up_to_255(index: Index) -> None:
    index.add({1: ("kite " * 255, "kite " * 255), 2: ("kite " * 300, "kite " * 4000)})
    assert len(set(scores(index.search("kite")["lexical_all"]).values())) == 1


@pytest.mark.slow
def test_a_book_can_be_indexed(index: Index) -> None:
    index.add({1: (" ".join(f"word{n}{'é€' * 22}" for n in range(60_000)), "kite")})
    assert index.search("word7" + "é€" * 22)["lexical_user"].rows.tolist() == [1]
