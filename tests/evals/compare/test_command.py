from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from memsvc_evals.cli import app

CLI = CliRunner()
MakeReport = Callable[..., Path]


def test_tables_and_report_file(make_report: MakeReport, tmp_path: Path) -> None:
    first, second = make_report("a.json", {"q0": 0.0, "q1": 1.0}), make_report("b.json", {"q0": 1.0, "q1": 1.0})
    out = tmp_path / "c.json"
    result = CLI.invoke(app, ["compare", str(first), str(second), "--json", str(out)])
    assert result.exit_code == 0, result.output
    assert "won by B in session/ids_no_abs/recall_all@5: 1: q0 (multi-session)" in result.stdout
    written = json.loads(out.read_text(encoding="utf-8"))
    assert written["figures"]["delta/session/ids_no_abs/recall_all@5"]["value"] == 0.5
    assert written["report"]["changed"]["won"] == [
        {"question_id": "q0", "group": "multi-session", "a": 0.0, "b": 1.0}
    ]


def test_changes_of_the_configuration_are_printed(make_report: MakeReport) -> None:
    first = make_report("a.json", {"q0": 0.0}, config={"retriever": "lexical", "rrf_k": 10})
    second = make_report("b.json", {"q0": 0.0}, config={"retriever": "dense", "rrf_k": 10})
    lines = CLI.invoke(app, ["compare", str(first), str(second)]).stdout.splitlines()
    assert "retriever: lexical -> dense" in lines
    assert not any(line.startswith("rrf_k") for line in lines)


def test_reports_of_runs_fit_each_other(three_file: Path, tmp_path: Path) -> None:
    out = [str(tmp_path / name) for name in ("a.json", "b.json")]
    for name, retriever in zip(out, (["bm25-official"], ["lexical", "--embedder", "hashing"]), strict=True):
        command = ["longmemeval", str(three_file), "--workers", "1", "--retriever", *retriever, "--json", name]
        assert CLI.invoke(app, command).exit_code == 0
    result = CLI.invoke(app, ["compare", *out, "--figure", "turn/strict/recall_all@10"])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data": {"sha256": "cd" * 32}}, "their data files differ (sha256 abababababab and cdcdcdcdcdcd)"),
        ({"config": {"m_like": 7}}, "their haystacks differ (m_like None and 7)"),
        ({"benchmark": "load"}, "is a report of 'load', not of longmemeval or locomo"),
        ({"format": "other/2"}, "is a report of"),
        ({"report": {}}, "it is no report with questions: 'questions' is missing"),
        ({"report": {"questions": [7]}}, "cannot compare"),
    ],
)
def test_reports_that_do_not_fit_are_refused(
    make_report: MakeReport, changes: dict[str, object], message: str
) -> None:
    first, second = make_report("a.json", {"q0": 0.0}), make_report("b.json", {"q0": 0.0}, **changes)
    result = CLI.invoke(app, ["compare", str(first), str(second)])
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def test_other_questions_are_refused_with_their_ids(make_report: MakeReport) -> None:
    first, second = make_report("a.json", {"q0": 0.0, "q1": 0.0}), make_report("b.json", {"q0": 0.0})
    for pair in ([first, second], [second, first]):
        result = CLI.invoke(app, ["compare", *map(str, pair)])
        assert result.exit_code == 2
        assert "1 of the 2 questions of a.json are not in b.json (q1)" in result.stderr


def test_reports_of_two_benchmarks_are_refused(make_report: MakeReport, make_locomo_report: MakeReport) -> None:
    pair = [make_report("a.json", {"q0": 0.0}), make_locomo_report("b.json", [("multi", 1.0)])]
    result = CLI.invoke(app, ["compare", *map(str, pair)])
    assert result.exit_code == 2
    assert "one is of longmemeval, the other of locomo" in result.stderr


def test_unknown_figure_is_refused_with_the_known_ones(make_report: MakeReport) -> None:
    report = str(make_report("a.json", {"q0": 0.0}))
    result = CLI.invoke(app, ["compare", report, report, "--figure", "x"])
    assert result.exit_code == 2
    assert "--figure x: the reports have session/ids_no_abs/ndcg_any@10, session/ids_no_abs/recall_all@5" in (
        result.stderr
    )


def test_missing_report_is_named(tmp_path: Path) -> None:
    result = CLI.invoke(app, ["compare", str(tmp_path / "gone.json"), str(tmp_path / "gone.json")])
    assert result.exit_code == 2
    assert "gone.json" in result.stderr
