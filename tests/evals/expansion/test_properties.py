"""What the clean join promises for any haystack and any cache."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from memsvc_evals.longmemeval.corpus import Document, build_corpora
from memsvc_evals.longmemeval.expansion.cache import ExpansionCache, make_cache
from memsvc_evals.longmemeval.expansion.clean import Item, join_clean
from memsvc_evals.longmemeval.expansion.options import Expansion, Form, Join
from memsvc_evals.longmemeval.expansion.pooling import pooled_ranking
from memsvc_evals.longmemeval.question import LmeSession, LmeTurn, Question, parse_date

DATE = "2023/05/20 (Sat) 02:21"
IDS = ("answer_a", "noans_b", "sharegpt_c_1", "answer_sharegpt_d_0", "e")
TURN = st.builds(LmeTurn, st.sampled_from(("user", "assistant")), st.text("xy ", max_size=3), st.booleans())
FORM = st.builds(Form, st.sampled_from(Join), st.booleans())
TEXT = st.text("fk;. ", max_size=4)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    ids = draw(st.lists(st.sampled_from(IDS), min_size=1, max_size=6))
    at = parse_date(DATE, "test")
    turns = st.lists(TURN, max_size=4).map(tuple)
    return Question(
        id="q",
        type="multi-session",
        text="x",
        date=DATE,
        answer="y",
        answer_session_ids=tuple(draw(st.sets(st.sampled_from(ids)))),
        haystack=tuple(LmeSession(name, DATE, at, draw(turns)) for name in ids),
    )


@st.composite
def caches(draw: st.DrawFn) -> ExpansionCache:
    expansion = draw(st.sampled_from(Expansion))
    names = IDS if expansion.level == "session" else [f"{name}_{k}" for name in IDS for k in range(1, 5)]
    texts = st.lists(TEXT, max_size=3) if expansion.is_facts else st.lists(TEXT, min_size=1, max_size=1)
    return make_cache(expansion, draw(st.dictionaries(st.sampled_from(names), st.none() | texts)))


def _documents(question: Question, cache: ExpansionCache) -> tuple[Document, ...]:
    corpora = build_corpora(question)
    return corpora.sessions if cache.expansion.level == "session" else corpora.turns


def _join(question: Question, cache: ExpansionCache, form: Form) -> tuple[Item, ...]:
    return join_clean(question, _documents(question, cache), cache=cache, form=form)


@given(questions(), caches(), FORM)
def test_every_document_stays_one_item_with_a_key(question: Question, cache: ExpansionCache, form: Form) -> None:
    items = _join(question, cache, form)
    assert [item.document for item in items] == list(range(len(_documents(question, cache))))
    assert all(item.keys for item in items)


@given(questions(), caches(), FORM)
def test_other_ids_give_the_same_items(question: Question, cache: ExpansionCache, form: Form) -> None:
    names = {name: f"n{place}" for place, name in enumerate(IDS)}
    renamed = replace(
        question,
        answer_session_ids=tuple(names[name] for name in question.answer_session_ids),
        haystack=tuple(replace(session, id=names[session.id]) for session in question.haystack),
    )
    ids = names if cache.expansion.level == "session" else _turn_names(names)
    entries = {new: cache.get(old) for old, new in ids.items()}
    other = ExpansionCache(cache.expansion, entries)
    assert _join(renamed, other, form) == _join(question, cache, form)


def _turn_names(names: dict[str, str]) -> dict[str, str]:
    return {f"{old}_{k}": f"{new}_{k}" for old, new in names.items() for k in range(1, 5)}


@given(questions(), caches(), st.booleans())
def test_separate_and_merge_keep_the_text_in_a_key(question: Question, cache: ExpansionCache, split: bool) -> None:
    documents = _documents(question, cache)
    separate = _join(question, cache, Form(Join.SEPARATE, split))
    merged = _join(question, cache, Form(Join.MERGE, split))
    assert [item.keys[0] for item in separate] == [document.text for document in documents]
    assert all(key.endswith(documents[item.document].text) for item in merged for key in item.keys)


@given(questions(), caches(), FORM, st.data())
def test_a_ranking_has_each_item_once(
    question: Question, cache: ExpansionCache, form: Form, data: st.DataObject
) -> None:
    items = _join(question, cache, form)
    keys = sum(len(item.keys) for item in items)
    scores = data.draw(st.lists(st.floats(-1, 1), min_size=keys, max_size=keys))
    assert sorted(pooled_ranking(items, scores)) == [item.document for item in items]
