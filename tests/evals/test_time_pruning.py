"""Sessions with an event in the time asked about come first, as in the official code."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from memsvc.errors import InvalidInput
from memsvc.ports.extraction import Event
from memsvc_evals.cli import app
from memsvc_evals.longmemeval.corpus import Corpora, build_corpora
from memsvc_evals.longmemeval.expansion.event_file import EventsOfQuestion, write_event_file
from memsvc_evals.longmemeval.question import Question
from memsvc_evals.longmemeval.runs import QuestionRun
from memsvc_evals.longmemeval.time_pruning import TimePruningRetriever

Make = Callable[..., Question]
LAST_WEEK = "What did I plant last week?"


class InOrder:
    """Ranks all documents as they stand in the haystack."""

    config: Mapping[str, Any] = {"retriever": "in-order"}

    def corpora(self, question: Question) -> Corpora:
        return build_corpora(question)

    def rank(self, question: Question, corpora: Corpora) -> QuestionRun:
        sessions, turns = (tuple(range(len(part))) for part in (corpora.sessions, corpora.turns))
        return QuestionRun(question.id, sessions, turns, len(sessions), len(turns), 0.0, (0.0, 0.0), len(turns))


def on(day: int, month: int = 5) -> tuple[Event, ...]:
    return (Event(date(2023, month, day), date(2023, month, day), "planted"),)


def rank(question: Question, *events: tuple[Event, ...] | None) -> QuestionRun:
    retriever = TimePruningRetriever(InOrder(), {question.id: events}, digest="")
    return retriever.rank(question, retriever.corpora(question))


@pytest.fixture
def haystack(make_question: Make) -> Question:
    """Four sessions with a turn each, asked on Tuesday, 30 May, about the week of 22 to 28 May."""
    return make_question([(name, [("user", name, None)]) for name in ("a", "b", "c", "d")], question=LAST_WEEK)


def test_sessions_with_an_event_in_the_range_come_first_in_their_order(haystack: Question) -> None:
    run = rank(haystack, on(1), on(25), None, on(22))
    assert run.sessions == (1, 3, 0, 2)
    assert run.turns == (1, 3, 0, 2)


def test_range_is_two_days_wider_at_both_ends(haystack: Question) -> None:
    assert rank(haystack, on(19), on(20), on(30), on(31)).sessions == (1, 2, 0, 3)


def test_event_is_at_its_date_whenever_it_ended(haystack: Question) -> None:
    long = (Event(date(2023, 5, 1), date(2023, 5, 25), "planted"),)
    assert rank(haystack, on(1), long, on(25), None).sessions == (2, 0, 1, 3)


def test_one_of_several_events_is_enough(haystack: Question) -> None:
    assert rank(haystack, None, None, (*on(1), *on(24)), None).sessions == (2, 0, 1, 3)


@pytest.mark.parametrize("text", ["What did I plant?", "What did I plant today?"])
def test_without_a_time_asked_about_nothing_moves(make_question: Make, text: str) -> None:
    question = make_question([("a", [("user", "a", None)]), ("b", [("user", "b", None)])], question=text)
    assert rank(question, None, on(30)).sessions == (0, 1)


def test_noans_documents_are_never_in_the_range(make_question: Make) -> None:
    turns = [("user", "one", None), ("assistant", "yes", None), ("user", "two", True)]
    question = make_question(
        [("x", [("user", "zero", None)]), ("answer_s", turns), ("answer_t", [("user", "three", None)])],
        question=LAST_WEEK,
    )
    run = rank(question, None, on(25), on(25))
    assert [document.id for document in build_corpora(question).turns] == [
        "x_1",
        "noans_s_1",
        "answer_s_3",
        "noans_t_1",
    ]
    assert run.turns == (2, 0, 1, 3)
    assert run.sessions == (1, 0, 2)


def test_turn_is_matched_by_what_its_id_holds(make_question: Make) -> None:
    names = ("other", "s1", "s1_2")
    question = make_question([(name, [("user", name, None)]) for name in names], question=LAST_WEEK)
    run = rank(question, None, on(25), None)
    assert run.sessions == (1, 0, 2)
    assert run.turns == (1, 2, 0)


def test_events_of_another_haystack_are_refused(haystack: Question) -> None:
    with pytest.raises(InvalidInput, match="has 2 sessions, its haystack 4"):
        rank(haystack, None, on(25))


def test_question_without_a_place_among_the_events_is_refused(haystack: Question) -> None:
    retriever = TimePruningRetriever(InOrder(), {}, digest="")
    with pytest.raises(InvalidInput, match="question q1: is not in the file of events"):
        retriever.rank(haystack, retriever.corpora(haystack))


@pytest.fixture
def events(three_raw: list[dict[str, Any]], tmp_path: Path) -> Path:
    """A file of events of three questions, none of which happened in any time asked about."""
    path = tmp_path / "events.json"
    none: dict[str, EventsOfQuestion] = {
        item["question_id"]: (None,) * len(item["haystack_sessions"]) for item in three_raw
    }
    write_event_file(path, none)
    return path


@pytest.mark.parametrize("expanded", [False, True])
def test_command_prunes_with_and_without_expansion(
    three_file: Path, events: Path, tmp_path: Path, expanded: bool
) -> None:
    out, cache = tmp_path / "r.json", tmp_path / "session-userfact.json"
    cache.write_text("{}", encoding="utf-8")
    options = ["--expansion", "session-userfact", "--cache-file", str(cache)] if expanded else []
    command = ["longmemeval", str(three_file), "--retriever", "bm25-official", "--workers", "1", *options]
    result = CliRunner().invoke(app, [*command, "--time", "prune", "--events", str(events), "--json", str(out)])
    assert result.exit_code == 0, result.output
    config = json.loads(out.read_text(encoding="utf-8"))["config"]
    assert (config["retriever"], config["time_ranges"]) == ("bm25-official", "prune")
    assert len(config["events_sha256"]) == 64
    assert ("expansion" in config) is expanded


def test_missing_file_of_events_is_exit_code_2(three_file: Path) -> None:
    command = ["longmemeval", str(three_file), "--retriever", "bm25-official", "--workers", "1"]
    result = CliRunner().invoke(app, [*command, "--time", "prune", "--events", "gone.json"])
    assert result.exit_code == 2
    assert "cannot read gone.json" in result.stderr
