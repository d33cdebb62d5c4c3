"""The goldens of the published code, and its five quirks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from memsvc.errors import InvalidInput
from memsvc_evals.longmemeval.corpus import build_corpora, gold_ids
from memsvc_evals.longmemeval.expansion.cache import ExpansionCache
from memsvc_evals.longmemeval.expansion.official import join_official
from memsvc_evals.longmemeval.expansion.options import Expansion, parse_form
from memsvc_evals.longmemeval.question import Question

FACTS, PHRASES, SUMM = Expansion.SESSION_USERFACT, Expansion.SESSION_KEYPHRASE, Expansion.SESSION_SUMM
TURN_FACTS = Expansion.TURN_USERFACT
Entry = tuple[str, ...] | None
Texts = list[tuple[str, str]]


def _sessions(question: Question, form: str, entry: Entry, expansion: Expansion = FACTS, key: str = "s") -> Texts:
    cache = ExpansionCache(expansion, {key: entry})
    documents = join_official(question, build_corpora(question).sessions, cache=cache, form=parse_form(form))
    return [(document.id, document.text) for document in documents]


def _turns(question: Question, form: str, cache: ExpansionCache) -> Texts:
    documents = join_official(question, build_corpora(question).turns, cache=cache, form=parse_form(form))
    return [(document.id, document.text) for document in documents]


@pytest.mark.parametrize(
    ("form", "entry", "expected"),
    [
        ("merge", ("f1", "f2"), ["f1 f2 txt"]),
        ("split-merge", ("f1", "f2"), ["f1 txt", "f2 txt"]),
        ("replace", ("f1", "f2"), ["f1 f2"]),
        ("split-replace", ("f1", "f2"), ["f1", "f2"]),
        ("separate", ("f1", "f2"), ["txt", "f1 f2"]),
        ("split-separate", ("f1", "f2"), ["txt", "f1", "f2"]),
        ("merge", (), []),
        ("split-merge", (), []),
        ("replace", (), []),
        ("separate", (), ["txt"]),
        ("merge", None, [" txt"]),
        ("split-merge", None, [" txt"]),
        ("replace", None, [""]),
        ("separate", None, ["txt", ""]),
    ],
)
def test_facts(filler: Question, form: str, entry: Entry, expected: list[str]) -> None:
    assert _sessions(filler, form, entry) == [("s", text) for text in expected]


@pytest.mark.parametrize(
    ("form", "entry", "expected"),
    [
        ("split-separate", ("k1; k2;k3",), ["txt", "k1", "k2", "k3"]),
        ("separate", ("k1; k2;k3",), ["txt", "k1; k2;k3"]),
        ("merge", ("k1; k2;k3",), ["k1; k2;k3 txt"]),
        ("split-merge", ("k1; k2;",), ["k1 txt", "k2 txt", " txt"]),
        ("split-merge", None, [" txt"]),
    ],
)
def test_keyphrases(filler: Question, form: str, entry: Entry, expected: list[str]) -> None:
    assert _sessions(filler, form, entry, PHRASES) == [("s", text) for text in expected]


@pytest.mark.parametrize(
    ("form", "entry", "expected"),
    [
        ("merge", ("Asked of A. Then of B.",), ["Asked of A. Then of B. txt"]),
        ("split-replace", ("They asked. Then left.",), ["They asked.", "Then left."]),
        ("merge", None, [" txt"]),
        ("split-merge", None, []),
    ],
)
def test_summaries(filler: Question, form: str, entry: Entry, expected: list[str]) -> None:
    assert _sessions(filler, form, entry, SUMM) == [("s", text) for text in expected]


def test_another_splitter_gives_the_sentences(filler: Question) -> None:
    joined = join_official(
        filler,
        build_corpora(filler).sessions,
        cache=ExpansionCache(SUMM, {"s": ("a|b",)}),
        form=parse_form("split-replace"),
        sentences=lambda text: text.split("|"),
    )
    assert [document.text for document in joined] == ["a", "b"]


def test_a_missing_entry_is_a_failed_one(filler: Question) -> None:
    assert _sessions(filler, "merge", ("f",), key="other") == [("s", " txt")]


@pytest.mark.parametrize("form", ["merge", "split-merge", "replace", "split-replace"])
def test_quirk_1_no_facts_drop_the_document_even_if_it_is_gold(ask: Callable[..., Question], form: str) -> None:
    question = ask([("answer_s", [("user", "txt", True)])])
    assert _sessions(question, form, ()) == []


@pytest.mark.parametrize("form", ["merge", "replace"])
def test_quirk_2_an_unlabelled_evidence_session_is_not_expanded(unlabelled: Question, form: str) -> None:
    expanded = _sessions(unlabelled, form, ("f",), key="sharegpt_Q_0")
    assert expanded == [("noans_sharegpt_Q_0", "txt")]


def test_quirk_2_a_distractor_turn_is_not_expanded(distractor: Question) -> None:
    cache = ExpansionCache(TURN_FACTS, {"aa_1_1": ("f1",), "aa_1_3": ("f2",)})
    assert _turns(distractor, "merge", cache) == [("noans_aa_1_1", "one"), ("answer_aa_1_3", "f2 two")]


def test_quirk_3_separate_makes_a_distractor_turn_gold(distractor: Question) -> None:
    cache = ExpansionCache(TURN_FACTS, {"aa_1_1": ("f1",), "aa_1_3": ("f2",)})
    form = parse_form("separate")
    joined = join_official(distractor, build_corpora(distractor).turns, cache=cache, form=form)
    assert gold_ids(joined) == {"answer_aa_1_1", "answer_aa_1_3"}


def test_quirk_4_separate_makes_an_unlabelled_session_gold(unlabelled: Question) -> None:
    expanded = _sessions(unlabelled, "separate", ("f",), key="sharegpt_Q_0")
    assert expanded == [("noans_sharegpt_Q_0", "txt"), ("answer_sharegpt_Q_0", "f")]


def test_quirk_5_a_repeated_session_is_merged_twice(repeated: Question) -> None:
    assert _sessions(repeated, "merge", ("F",)) == [("s", "F F txt"), ("s", "F F txt")]


def test_quirk_5_split_copies_are_split_again(repeated: Question) -> None:
    expected = ["f1 f1 txt", "f2 f1 txt", "f1 f2 txt", "f2 f2 txt"]
    assert _sessions(repeated, "split-merge", ("f1", "f2")) == [("s", text) for text in expected * 2]


def test_added_documents_know_where_they_come_from(distractor: Question) -> None:
    cache = ExpansionCache(TURN_FACTS, {"aa_1_3": ("f",)})
    form = parse_form("separate")
    joined = join_official(distractor, build_corpora(distractor).turns, cache=cache, form=form)
    assert [(document.text, document.session, document.turn) for document in joined[2:]] == [
        ("", 0, 0),
        ("f", 0, 2),
    ]


def test_session_facts_go_into_a_turn_corpus_under_the_session_id(distractor: Question) -> None:
    expanded = _turns(distractor, "separate", ExpansionCache(FACTS, {"aa_1": ("f",)}))
    assert expanded == [("noans_aa_1_1", "one"), ("answer_aa_1_3", "two"), ("answer_aa_1", "f")]


@pytest.mark.parametrize("expansion", [SUMM, PHRASES])
def test_summaries_and_keyphrases_of_sessions_do_not_expand_turns(
    distractor: Question, expansion: Expansion
) -> None:
    with pytest.raises(InvalidInput, match=f"{expansion} expands sessions, not turns"):
        _turns(distractor, "merge", ExpansionCache(expansion, {}))


def test_too_many_copies_of_a_repeated_session_are_refused(ask: Callable[..., Question]) -> None:
    question = ask([("s", [("user", "txt", None)])] * 7)
    with pytest.raises(InvalidInput, match="session 's': 7 occurrences of 10 keys are too many"):
        _sessions(question, "split-merge", ("f",) * 10)
