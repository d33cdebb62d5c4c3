"""The clean join: the goldens that hold for it, and none of the quirks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from memsvc.errors import InvalidInput
from memsvc_evals.longmemeval.corpus import build_corpora
from memsvc_evals.longmemeval.expansion.cache import ExpansionCache
from memsvc_evals.longmemeval.expansion.clean import Item, join_clean
from memsvc_evals.longmemeval.expansion.options import Expansion, parse_form
from memsvc_evals.longmemeval.question import Question

FACTS, PHRASES, SUMM = Expansion.SESSION_USERFACT, Expansion.SESSION_KEYPHRASE, Expansion.SESSION_SUMM
TURN_FACTS = Expansion.TURN_USERFACT
Entry = tuple[str, ...] | None


def _items(question: Question, form: str, cache: ExpansionCache) -> tuple[Item, ...]:
    corpora = build_corpora(question)
    documents = corpora.sessions if cache.expansion.level == "session" else corpora.turns
    return join_clean(question, documents, cache=cache, form=parse_form(form))


def _keys(question: Question, form: str, entry: Entry, expansion: Expansion = FACTS) -> list[tuple[str, ...]]:
    return [item.keys for item in _items(question, form, ExpansionCache(expansion, {"s": entry}))]


@pytest.mark.parametrize(
    ("form", "entry", "expected"),
    [
        ("merge", ("f1", "f2"), ("f1 f2 txt",)),
        ("split-merge", ("f1", "f2"), ("f1 txt", "f2 txt")),
        ("replace", ("f1", "f2"), ("f1 f2",)),
        ("split-replace", ("f1", "f2"), ("f1", "f2")),
        ("separate", ("f1", "f2"), ("txt", "f1 f2")),
        ("split-separate", ("f1", "f2"), ("txt", "f1", "f2")),
        ("split-separate", ("f1", " ", "f1"), ("txt", "f1")),
    ],
)
def test_facts(filler: Question, form: str, entry: Entry, expected: tuple[str, ...]) -> None:
    assert _keys(filler, form, entry) == [expected]


def test_split_keyphrases_are_extra_keys(filler: Question) -> None:
    assert _keys(filler, "split-separate", ("k1; k2;k3;",), PHRASES) == [("txt", "k1", "k2", "k3")]


def test_split_sentences_are_extra_keys(filler: Question) -> None:
    keys = _keys(filler, "split-separate", ("They asked. Then left.",), SUMM)
    assert keys == [("txt", "They asked.", "Then left.")]


@pytest.mark.parametrize(
    "form", ["separate", "merge", "replace", "split-separate", "split-merge", "split-replace"]
)
@pytest.mark.parametrize("entry", [None, (), ("",), (" ",)])
def test_without_facts_the_text_stays_the_only_key(filler: Question, form: str, entry: Entry) -> None:
    assert _keys(filler, form, entry) == [("txt",)]


def test_an_empty_document_takes_its_expansion_as_key(ask: Callable[..., Question]) -> None:
    question = ask([("s", [("assistant", "hello", None)])])
    assert _keys(question, "merge", ("f",)) == [("f",)]


def test_an_unlabelled_evidence_session_is_expanded_like_any_other(unlabelled: Question) -> None:
    items = _items(unlabelled, "merge", ExpansionCache(FACTS, {"sharegpt_Q_0": ("f",)}))
    assert [item.keys for item in items] == [("f txt",)]


def test_a_distractor_turn_is_expanded_like_any_other(distractor: Question) -> None:
    cache = ExpansionCache(TURN_FACTS, {"aa_1_1": ("f1",), "aa_1_3": ("f2",)})
    assert [item.keys for item in _items(distractor, "merge", cache)] == [("f1 one",), ("f2 two",)]


@pytest.mark.parametrize(("form", "expected"), [("merge", ("f1 f2 txt",)), ("split-merge", ("f1 txt", "f2 txt"))])
def test_a_repeated_session_is_expanded_once(repeated: Question, form: str, expected: tuple[str, ...]) -> None:
    assert _keys(repeated, form, ("f1", "f2")) == [expected, expected]


@pytest.mark.parametrize("expansion", [FACTS, TURN_FACTS])
def test_documents_of_the_other_level_are_refused(distractor: Question, expansion: Expansion) -> None:
    corpora = build_corpora(distractor)
    documents = corpora.turns if expansion is FACTS else corpora.sessions
    with pytest.raises(InvalidInput, match=f"{expansion} expands {expansion.level}s, not"):
        join_clean(distractor, documents, cache=ExpansionCache(expansion, {}), form=parse_form("merge"))
