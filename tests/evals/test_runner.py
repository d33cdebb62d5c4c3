"""The runner through the real service on a temporary SQLite database, with the hashing embedder."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from memsvc.domain.recall import Mode
from memsvc.errors import InvalidInput, StorageReadOnly
from memsvc_evals.longmemeval.corpus import build_corpora
from memsvc_evals.longmemeval.in_process import open_service_retriever
from memsvc_evals.longmemeval.opaque import OpaqueIds
from memsvc_evals.longmemeval.part import WHOLE, Part
from memsvc_evals.longmemeval.question import parse_question
from memsvc_evals.longmemeval.retrievers import OfficialBm25Retriever, Retriever
from memsvc_evals.longmemeval.run import Outcome, one_by_one, run_questions
from memsvc_evals.longmemeval.runs import QuestionRun, RunFolder, complete
from memsvc_evals.longmemeval.schema import read_questions
from memsvc_evals.longmemeval.service_retriever import FoundRound, NamedSession, ServiceRetriever


def run_file(
    path: Path,
    retriever: Retriever,
    *,
    part: Part = WHOLE,
    folder: RunFolder | None = None,
    logs: Path | None = None,
) -> list[Outcome]:
    return list(run_questions(part.of(read_questions(path)), one_by_one(retriever), folder=folder, logs=logs))


class FirstFound:
    """A memory that ranks sessions as they came and finds two rounds of the second session."""

    def __init__(self) -> None:
        self.named: list[NamedSession] = []
        self.asked: list[tuple[str, str, datetime]] = []
        self.erased: list[str] = []

    def remember(self, namespace: str, sessions: Any) -> int:
        self.named = list(sessions)
        return len(self.named)

    def sessions(self, namespace: str, text: str, asked_at: datetime) -> list[str]:
        return [named.id for named in self.named]

    def rounds(self, namespace: str, text: str, asked_at: datetime) -> list[FoundRound]:
        second = self.named[1].id
        return [FoundRound(second, 2, 2), FoundRound(second, 1, 1)]

    def ask(self, namespace: str, text: str, asked_at: datetime) -> None:
        self.asked.append((namespace, text, asked_at))

    def erase(self, namespace: str) -> None:
        self.erased.append(namespace)


def test_service_sees_no_id_of_the_file(three_file: Path) -> None:
    question = next(read_questions(three_file))
    memory = FirstFound()
    ServiceRetriever(memory).rank(question, build_corpora(question))
    seen = " ".join([*(named.id for named in memory.named), *memory.erased])
    assert "answer" not in seen
    assert question.id not in seen
    assert memory.erased == [OpaqueIds(question.id).namespace]


def test_haystack_is_remembered_by_date(three_raw: list[dict[str, Any]]) -> None:
    for field in ("haystack_dates", "haystack_session_ids", "haystack_sessions"):
        three_raw[0][field].reverse()
    question = parse_question(three_raw[0], "test")
    memory = FirstFound()
    run = ServiceRetriever(memory).rank(question, build_corpora(question))
    dates = [named.session.date for named in memory.named]
    assert dates == sorted(dates)
    assert run.sessions == (5, 4, 3, 2, 1, 0)


def test_assistant_turns_are_no_documents_and_what_is_not_found_follows(three_file: Path) -> None:
    question = next(read_questions(three_file))
    corpora = build_corpora(question)
    run = ServiceRetriever(FirstFound()).rank(question, corpora)
    position = corpora.turns[run.turns[0]].turn
    assert (position, run.found_turns) == (2, 1)
    assert sorted(run.turns) == list(range(len(corpora.turns)))


def test_blank_session_is_not_sent_but_ranked(three_raw: list[dict[str, Any]]) -> None:
    three_raw[0]["haystack_sessions"][0] = []
    question = parse_question(three_raw[0], "test")
    memory = FirstFound()
    run = ServiceRetriever(memory).rank(question, build_corpora(question))
    assert len(memory.named) == 5
    assert run.sessions[-1] == 0


def test_question_is_asked_three_times_as_a_user_asks_it(three_file: Path) -> None:
    question = next(read_questions(three_file))
    memory = FirstFound()
    run = ServiceRetriever(memory).rank(question, build_corpora(question))
    assert memory.asked == [(OpaqueIds(question.id).namespace, question.text, question.asked_at)] * 3
    assert run.query_seconds is not None


def test_what_was_embedded_is_not_embedded_again_nor_the_question(three_file: Path, tmp_path: Path) -> None:
    question = next(read_questions(three_file))
    with open_service_retriever(Mode.HYBRID, embedder="hashing", cache=tmp_path / "e.sqlite") as retriever:
        first = retriever.rank(question, build_corpora(question))
        second = retriever.rank(question, build_corpora(question))
    assert first.embedded > 1
    assert second.embedded == 0


def test_how_much_is_embedded_does_not_depend_on_questions_before(three_file: Path) -> None:
    first, second, _ = read_questions(three_file)
    with open_service_retriever(Mode.HYBRID, embedder="hashing", cache=None) as retriever:
        runs = [retriever.rank(question, build_corpora(question)) for question in (first, second, first)]
    assert runs[2].embedded == runs[0].embedded > 1


def test_runs_kept_before_queries_were_measured_still_load(three_file: Path, tmp_path: Path) -> None:
    run_file(three_file, Counted(), folder=RunFolder(tmp_path, {}))
    results = tmp_path / "results.jsonl"
    lines = [json.loads(line) for line in results.read_text().splitlines()]
    assert [line.pop("query_seconds") for line in lines] == [None] * 3
    results.write_text("".join(json.dumps(line) + "\n" for line in lines))
    again = Counted()
    run_file(three_file, again, folder=RunFolder(tmp_path, {}))
    assert again.asked == []


def test_complete_ranks_each_document_once() -> None:
    assert complete([2, 0, 2], 4) == (2, 0, 1, 3)


@pytest.mark.parametrize("mode", [mode for mode in Mode if mode is not Mode.TIM])  # which finds thoughts alone
def test_ranking_through_the_service_does_not_depend_on_the_opaque_ids(three_file: Path, mode: Mode) -> None:
    rankings = []
    for salt in ("", "other"):
        with open_service_retriever(mode, embedder="hashing", cache=None, salt=salt) as retriever:
            results = run_file(three_file, retriever)
        rankings.append([(o.run.sessions, o.run.turns) for o in results])
    assert rankings[0] == rankings[1]


def test_hybrid_finds_the_evidence_of_the_fixture(three_file: Path) -> None:
    with open_service_retriever(Mode.HYBRID, embedder="hashing", cache=None) as retriever:
        results = run_file(three_file, retriever)
    assert [o.scores.metrics[("session", "ids")]["recall_all@3"] for o in results] == [1.0, 1.0, 1.0]


def test_dense_and_hybrid_rank_every_session_and_user_turn_themselves(three_file: Path) -> None:
    with open_service_retriever(Mode.HYBRID, embedder="hashing", cache=None) as retriever:
        for run in (outcome.run for outcome in run_file(three_file, retriever)):
            assert (run.found_sessions, run.found_turns) == (len(run.sessions), len(run.turns))


def test_cached_vectors_are_not_embedded_again(three_file: Path, tmp_path: Path) -> None:
    embedded = []
    for _ in range(2):
        with open_service_retriever(Mode.DENSE, embedder="hashing", cache=tmp_path / "e.sqlite") as retriever:
            embedded.append(sum(outcome.run.embedded for outcome in run_file(three_file, retriever)))
    assert embedded[0] > 30
    assert embedded[1] <= 3


def test_file_that_is_no_cache_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "e.sqlite"
    path.write_text("this is not a database, whatever its name says" * 100)
    with (
        pytest.raises(StorageReadOnly, match=r"e\.sqlite"),
        open_service_retriever(Mode.DENSE, embedder="hashing", cache=path),
    ):
        pass


class Counted(OfficialBm25Retriever):
    def __init__(self) -> None:
        self.asked: list[str] = []

    def rank(self, question: Any, corpora: Any) -> QuestionRun:
        self.asked.append(question.id)
        return super().rank(question, corpora)


def test_resumed_run_ranks_only_what_is_missing(three_file: Path, tmp_path: Path) -> None:
    first = run_file(three_file, Counted(), part=Part(limit=2), folder=RunFolder(tmp_path, {"a": 1}))
    again = Counted()
    whole = run_file(three_file, again, folder=RunFolder(tmp_path, {"a": 1}))
    assert again.asked == ["8cf51dda"]
    assert [(o.scores, o.run) for o in whole[:2]] == [(o.scores, o.run) for o in first]
    assert [o.resumed for o in whole] == [True, True, False]


def test_torn_last_line_of_a_killed_run_is_dropped(three_file: Path, tmp_path: Path) -> None:
    run_file(three_file, Counted(), folder=RunFolder(tmp_path, {}))
    results = tmp_path / "results.jsonl"
    results.write_bytes(results.read_bytes()[:-20])
    again = Counted()
    run_file(three_file, again, folder=RunFolder(tmp_path, {}))
    assert again.asked == ["8cf51dda"]
    assert len(results.read_text().splitlines()) == 3


def test_folder_without_results_is_any_runs(three_file: Path, tmp_path: Path) -> None:
    RunFolder(tmp_path, {"retriever": "dense"})
    run_file(three_file, Counted(), folder=RunFolder(tmp_path, {"retriever": "lexical"}))
    assert RunFolder(tmp_path, {"retriever": "lexical"}).get("8cf51dda") is not None


def test_folder_of_another_configuration_is_refused(three_file: Path, tmp_path: Path) -> None:
    run_file(three_file, Counted(), folder=RunFolder(tmp_path, {"retriever": "dense"}))
    with pytest.raises(InvalidInput, match="another configuration or data file"):
        RunFolder(tmp_path, {"retriever": "lexical"})


def test_official_log_has_all_fields_and_the_full_ranking(
    three_file: Path, three_raw: list[dict[str, Any]], tmp_path: Path
) -> None:
    run_file(three_file, OfficialBm25Retriever(), logs=tmp_path / "x")
    lines = (tmp_path / "x_retrievallog_turn").read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    results = [entry.pop("retrieval_results") for entry in entries]
    assert entries == three_raw
    assert set(results[0]) == {"query", "ranked_items", "metrics"}
    assert len(results[0]["ranked_items"]) == len(build_corpora(next(read_questions(three_file))).turns)
    assert set(results[0]["ranked_items"][0]) == {"corpus_id", "text", "timestamp"}
    assert "recall_all@50" in results[0]["metrics"]["turn"]
