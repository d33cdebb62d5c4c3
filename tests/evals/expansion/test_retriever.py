"""BM25 over expanded documents, scored as a run scores it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from memsvc.errors import InvalidInput
from memsvc_evals.longmemeval.averages import Average, score_question
from memsvc_evals.longmemeval.corpus import build_corpora, gold_ids
from memsvc_evals.longmemeval.expansion.choice import ExpansionChoice, choose
from memsvc_evals.longmemeval.expansion.options import Expansion, Form, Join, Style
from memsvc_evals.longmemeval.expansion.retriever import ExpansionRetriever
from memsvc_evals.longmemeval.question import Question
from memsvc_evals.longmemeval.retrievers import OfficialBm25Retriever

FACTS, TURN_FACTS = Expansion.SESSION_USERFACT, Expansion.TURN_USERFACT
Open = Callable[..., ExpansionRetriever]
MERGE, SEPARATE = Form(Join.MERGE), Form(Join.SEPARATE)


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    """Open a retriever over a cache of these entries."""

    def make(
        style: Style, form: Form, entries: dict[str, object], expansion: Expansion = FACTS
    ) -> ExpansionRetriever:
        path = tmp_path / f"{expansion}.json"
        path.write_text(json.dumps(entries), encoding="utf-8")
        return ExpansionChoice(expansion, form, style, path).open()

    return make


@pytest.fixture
def haystack(ask: Callable[..., Question]) -> Question:
    """Return a question ("what") whose gold is found by its expansion only."""
    return ask(
        [
            ("a", [("user", "one two", None), ("assistant", "yes", None)]),
            ("answer_b", [("user", "three four", True), ("user", "five", False)]),
            ("c", [("user", "six", None)]),
        ]
    )


def _recall(retriever: ExpansionRetriever, question: Question, *, level: str = "session", k: int = 1) -> float:
    corpora = retriever.corpora(question)
    run = retriever.rank(question, corpora)
    scores = score_question(question, corpora, sessions=run.sessions, turns=run.turns)
    metrics = scores.of(level, Average.STRICT)
    assert metrics is not None
    return metrics[f"recall_all@{k}"]


@pytest.mark.parametrize("style", list(Style))
@pytest.mark.parametrize("join", list(Join))
def test_gold_is_found_by_its_facts(opened: Open, haystack: Question, style: Style, join: Join) -> None:
    cache = {"b": ["what is this"], "a": None, "c": None}
    assert _recall(opened(style, Form(join), cache), haystack) == 1


@pytest.mark.parametrize("style", list(Style))
def test_turns_are_found_by_theirs(opened: Open, haystack: Question, style: Style) -> None:
    cache = {"b_1": ["what is this"]}
    assert _recall(opened(style, MERGE, cache, TURN_FACTS), haystack, level="turn") == 1


def test_an_empty_list_loses_the_gold_of_the_official_join_only(opened: Open, haystack: Question) -> None:
    cache = {"a": ["x"], "b": [], "c": ["y"]}
    official, clean = opened(Style.OFFICIAL, MERGE, cache), opened(Style.CLEAN, MERGE, cache)
    assert len(official.corpora(haystack).sessions) == 2
    assert clean.corpora(haystack) == build_corpora(haystack)
    ranked = clean.rank(haystack, clean.corpora(haystack))
    assert sorted(ranked.sessions) == [0, 1, 2]


def test_the_official_join_is_scored_with_the_gold_that_it_makes(opened: Open, distractor: Question) -> None:
    cache = {"aa_1_1": ["f1"], "aa_1_3": ["f2"]}
    official = opened(Style.OFFICIAL, SEPARATE, cache, TURN_FACTS)
    clean = opened(Style.CLEAN, SEPARATE, cache, TURN_FACTS)
    assert gold_ids(official.corpora(distractor).turns) == {"answer_aa_1_1", "answer_aa_1_3"}
    assert gold_ids(clean.corpora(distractor).turns) == {"answer_aa_1_3"}


def test_the_level_that_is_not_expanded_is_ranked_as_without(opened: Open, haystack: Question) -> None:
    plain = OfficialBm25Retriever().rank(haystack, build_corpora(haystack))
    for style in Style:
        retriever = opened(style, MERGE, {"b": ["what"]})
        assert retriever.rank(haystack, retriever.corpora(haystack)).turns == plain.turns


@pytest.mark.parametrize("style", list(Style))
def test_without_documents_nothing_is_ranked(opened: Open, ask: Callable[..., Question], style: Style) -> None:
    question = ask([("s", [("assistant", "hello", None)])])
    retriever = opened(style, MERGE, {}, TURN_FACTS)
    assert retriever.rank(question, retriever.corpora(question)).turns == ()


def test_everything_dropped_ranks_nothing(opened: Open, filler: Question) -> None:
    retriever = opened(Style.OFFICIAL, MERGE, {"s": []})
    assert retriever.rank(filler, retriever.corpora(filler)).sessions == ()


def test_other_caches_are_other_runs(opened: Open) -> None:
    first, second = (opened(Style.CLEAN, MERGE, {"s": [fact]}).config for fact in "ab")
    assert first != second
    assert {key: first[key] for key in ("retriever", "expansion", "join", "join_style")} == {
        "retriever": "bm25-official",
        "expansion": "session-userfact",
        "join": "merge",
        "join_style": "clean",
    }


def test_a_missing_cache_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot read"):
        ExpansionChoice(FACTS, MERGE, Style.CLEAN, tmp_path / "session-userfact.json").open()


def test_the_options_of_a_command_choose(tmp_path: Path) -> None:
    chosen = choose(FACTS, "split-merge", Style.OFFICIAL, tmp_path)
    assert chosen == ExpansionChoice(FACTS, Form(Join.MERGE, split=True), Style.OFFICIAL, tmp_path)
    assert choose(None, "merge", Style.CLEAN, None) is None


@pytest.mark.parametrize(("expansion", "name"), [(FACTS, None), (None, "session-userfact.json")])
def test_a_cache_without_its_expansion_is_refused(expansion: Expansion | None, name: str | None) -> None:
    with pytest.raises(InvalidInput, match="--expansion and --cache-file go together"):
        choose(expansion, "merge", Style.CLEAN, Path(name) if name else None)
