from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from memsvc_evals.ann.dataset import AnnData
from memsvc_evals.cli import app

SIZES = ["--notes", "200", "--namespaces", "20", "--seconds", "0.3"]


def figures_of(data: AnnData, tmp_path: Path, *cases: str) -> dict[str, float]:
    out = tmp_path / "r.json"
    chosen = [argument for case in cases for argument in ("--case", case)]
    result = CliRunner().invoke(app, ["ann-cases", str(data.folder), *chosen, *SIZES, "--json", str(out)])
    assert result.exit_code == 0, result.output + result.stderr
    found = json.loads(out.read_text(encoding="utf-8"))["figures"]
    return {name: figure["value"] for name, figure in found.items()}


@pytest.mark.slow
def test_filters_are_compared_with_a_scan_of_what_they_allow(data: AnnData, tmp_path: Path) -> None:
    figures = figures_of(data, tmp_path, "filters")
    for form in ("flat", "paged"):
        for kind in ("filter", "time_filter"):
            assert figures[f"{form}/{kind}@0.5/recall@10"] > 0.9
            assert figures[f"{form}/{kind}@0.0005/recall@10"] == 1.0
            assert figures[f"{form}/{kind}@0.05/p50_ratio/unfiltered-flat"] > 0


@pytest.mark.slow
def test_changed_index_is_compared_with_a_rebuild(data: AnnData, tmp_path: Path) -> None:
    figures = figures_of(data, tmp_path, "growth", "churn")
    for form in ("flat", "paged"):
        assert figures[f"{form}/growth/rebuilt_recall@10"] > 0.9
        assert figures[f"{form}/churn/recall_margin/rebuild"] > -0.05
        assert figures[f"{form}/growth/insert/cpu_mean"] > 0
        assert figures[f"{form}/churn/delete/cpu_mean"] > 0


@pytest.mark.slow
def test_small_namespaces_are_opened_cold_and_many_stay_in_the_budget(data: AnnData, tmp_path: Path) -> None:
    figures = figures_of(data, tmp_path, "small", "namespaces")
    assert figures["small/cold_open_p50/flat"] > 0
    assert figures["many/first_right"] == 1.0
    assert figures["many/anon_peak"] < 256


@pytest.mark.slow
def test_readers_beside_a_writer_get_no_wrong_answer(data: AnnData, tmp_path: Path) -> None:
    figures = figures_of(data, tmp_path, "readers")
    for form in ("flat", "paged"):
        assert figures[f"{form}/readers/wrong"] == 0
        # A loaded machine judges some twenty answers, and codes tell random vectors apart only roughly.
        assert figures[f"{form}/readers/recall@10"] > 0.8
        assert figures[f"{form}/readers/changes"] > 0


def test_unknown_case_is_told(data: AnnData) -> None:
    result = CliRunner().invoke(app, ["ann-cases", str(data.folder), "--case", "speed"])
    assert result.exit_code == 2
    assert "there is no case 'speed'" in result.stderr
