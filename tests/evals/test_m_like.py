from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from memsvc.errors import InvalidInput
from memsvc_evals.cli import app
from memsvc_evals.longmemeval.m_like import collect_filler, enlarge, read_m_like
from memsvc_evals.longmemeval.question import Question, parse_date
from memsvc_evals.longmemeval.schema import read_questions

Make = Callable[..., Question]
U = "user"


@pytest.fixture
def two(make_question: Make) -> list[Question]:
    first = [("answer_a", [(U, "x", True)]), *((f"a{i}", [(U, "y", None)]) for i in range(3))]
    second = [("answer_b", [(U, "x", True)]), *((f"b{i}", [(U, "z", None)]) for i in range(9))]
    return [make_question(first, question_id="q1"), make_question(second, question_id="q2")]


def test_filler_is_what_is_evidence_for_no_question(two: list[Question]) -> None:
    assert [session.id for session in collect_filler(two)] == ["a0", "a1", "a2", *(f"b{i}" for i in range(9))]


def test_haystack_is_the_own_one_and_the_sample_of_the_seed_and_the_question(two: list[Question]) -> None:
    enlarged = enlarge(two[0], collect_filler(two), 7, sessions=10)
    sample = random.Random("7:q1").sample([f"b{i}" for i in range(9)], 6)
    assert [session.id for session in enlarged.haystack] == ["answer_a", "a0", "a1", "a2", *sample]


def test_another_seed_samples_others(two: list[Question]) -> None:
    filler = collect_filler(two)
    drawn = [{s.id for s in enlarge(two[0], filler, seed, sessions=8).haystack} for seed in (7, 8)]
    assert drawn[0] != drawn[1]


def test_repeated_session_is_kept_once_where_it_stands_first(make_question: Make) -> None:
    question = make_question(
        [("f", [(U, "1", None)]), ("answer_a", [(U, "x", True)]), ("f", [(U, "1", None)])],
        haystack_dates=["2023/05/20 (Sat) 02:21", "2023/05/21 (Sun) 02:21", "2023/05/22 (Mon) 02:21"],
    )
    enlarged = enlarge(question, (), 7, sessions=2)
    assert [(s.id, s.date) for s in enlarged.haystack] == [
        ("f", "2023/05/20 (Sat) 02:21"),
        ("answer_a", "2023/05/21 (Sun) 02:21"),
    ]


def test_dates_of_filler_lie_in_the_span_of_the_own_sessions(two: list[Question], make_question: Make) -> None:
    dates = ["2023/02/27 (Mon) 23:50", "2023/03/01 (Wed) 00:10"]
    own = [("answer_a", [(U, "x", True)]), ("a0", [(U, "y", None)])]
    enlarged = enlarge(make_question(own, haystack_dates=dates), collect_filler(two), 7, sessions=12)
    drawn = enlarged.haystack[2:]
    assert {session.date[11:16] for session in drawn} <= {"(Mon)", "(Tue)", "(Wed)"}
    assert all(dates[0] <= session.date <= dates[1] for session in drawn)
    assert all(parse_date(session.date, "x") == session.at for session in drawn)
    assert len({session.date for session in drawn}) > 5


def test_too_little_filler_is_refused(two: list[Question]) -> None:
    with pytest.raises(InvalidInput, match=r"question q1: a haystack of 475 sessions needs 471 .* the file has 9"):
        enlarge(two[0], collect_filler(two), 7)


def test_large_haystack_stays_as_it_is(two: list[Question]) -> None:
    assert enlarge(two[0], collect_filler(two), 7, sessions=4) == two[0]


def test_malformed_file_is_refused_before_the_first_question(tmp_path: Path, three_file: Path) -> None:
    path = tmp_path / "cut.json"
    path.write_text(three_file.read_text(encoding="utf-8")[:-300], encoding="utf-8")
    with pytest.raises(InvalidInput, match="not valid JSON after 2 whole questions"):
        next(read_m_like(path, 7))


@pytest.fixture
def file_with_filler(tmp_path: Path, three_raw: list[dict[str, Any]]) -> Path:
    """The three questions, the last with 480 more sessions."""
    last = three_raw[-1]
    last["haystack_session_ids"] += [f"filler_{i}" for i in range(480)]
    last["haystack_dates"] += [last["haystack_dates"][0]] * 480
    last["haystack_sessions"] += [[{"role": "user", "content": f"word{i} the a"}] for i in range(480)]
    path = tmp_path / "lme.json"
    path.write_text(json.dumps(three_raw), encoding="utf-8")
    return path


def test_command_ranks_the_large_haystacks_and_says_so(file_with_filler: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.json"
    command = ["longmemeval", str(file_with_filler), "--m-like", "--retriever", "bm25-official", "--workers", "1"]
    assert CliRunner().invoke(app, [*command, "--limit", "2", "--json", str(out)]).exit_code == 0
    report = json.loads(out.read_text(encoding="utf-8"))
    assert report["config"]["m_like"] == 7
    assert [question["found_sessions"] for question in report["report"]["questions"]] == [475, 475]


@pytest.mark.slow
@pytest.mark.skipif(
    "MEMSVC_TEST_LONGMEMEVAL_FILE" not in os.environ, reason="set MEMSVC_TEST_LONGMEMEVAL_FILE to the dev file"
)
def test_official_bm25_gives_the_reference_figures(tmp_path: Path) -> None:
    path, out = Path(os.environ["MEMSVC_TEST_LONGMEMEVAL_FILE"]), tmp_path / "r.json"
    assert len(collect_filler(read_questions(path))) == 10_235
    command = ["longmemeval", str(path), "--m-like", "--retriever", "bm25-official", "--json", str(out)]
    assert CliRunner().invoke(app, command).exit_code == 0
    figures = json.loads(out.read_text(encoding="utf-8"))["figures"]
    names = ("recall_all@5", "recall_all@10", "ndcg_any@5", "ndcg_any@10")
    found = [figures[f"session/strict/{name}"]["value"] for name in names]
    assert found == pytest.approx([0.560, 0.622, 0.566, 0.591], abs=1e-3)
