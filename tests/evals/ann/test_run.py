from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from memsvc.errors import InvalidInput
from memsvc_evals.ann.bench import measure, steps
from memsvc_evals.ann.building import Workshop
from memsvc_evals.ann.dataset import AnnData
from memsvc_evals.ann.measured import Built, Duel, Measured, Point, Round
from memsvc_evals.ann.plan import Plan
from memsvc_evals.ann.plots import draw, frontier
from memsvc_evals.ann.printed import markdown
from memsvc_evals.ann.subjects import Subject, chosen_peers, our_subjects
from memsvc_evals.ann.summary import ann_figures
from memsvc_evals.load.systems import System

PLAN = Plan(rounds=7, block=10, cold_block=2, processes=(1, 2), drive_seconds=0.1)


def named(subject: Subject, name: str, *, ours: bool) -> Subject:
    system = System(name, subject.system.command, subject.system.pythonpath)
    return dataclasses.replace(subject, system=system, ours=ours)


@pytest.mark.slow
def test_run_compares_at_their_recall(data: AnnData, brute: Subject, tmp_path: Path) -> None:
    subjects = [named(brute, "mine", ours=True), dataclasses.replace(brute, at={"first": 100})]
    done: list[None] = []
    results, duels = measure(subjects, data, plan=PLAN, folder=tmp_path / "work", step=lambda: done.append(None))
    assert len(done) == steps(subjects, data, PLAN)
    figures = ann_figures(results, duels)
    assert figures["mine/recall@10"].value == 1.0
    assert 0.2 < figures["brute/recall@10"].value < 0.5
    assert figures["mine/recall_margin/brute"].value >= 0
    assert figures["mine/p50_ratio/brute"].n == 7
    assert figures["mine/cold_ratio/brute"].n == 7
    assert figures["mine/disk_ratio/brute"].value == 1.0
    assert figures["brute/qps@2"].value > 0
    assert figures["mine/recall@20"].value == 1.0


@pytest.mark.slow
def test_index_of_an_earlier_run_is_used_again(data: AnnData, brute: Subject, tmp_path: Path) -> None:
    plan = dataclasses.replace(PLAN, processes=(), cold=False)
    first, _ = measure([brute], data, plan=plan, folder=tmp_path / "work", step=lambda: None)
    record = tmp_path / "work" / "brute" / "built.json"
    record.write_text(json.dumps({"wall": 1.0, "cpu": 77.0, "disk_bytes": 5, "peak_bytes": 6}))
    second, _ = measure([brute], data, plan=plan, folder=tmp_path / "work", step=lambda: None)
    assert second["brute"].built.cpu == 77.0
    assert first["brute"].warm[1].recall == second["brute"].warm[1].recall


def test_folder_of_other_vectors_is_refused(data: AnnData, tmp_path: Path) -> None:
    Workshop(tmp_path, data)
    Workshop(tmp_path, data)
    other = dataclasses.replace(data, manifest={"vectors_sha256": "0" * 64})
    with pytest.raises(InvalidInput, match="indexes of other vectors"):
        Workshop(tmp_path, other)


def test_what_is_named_twice_is_measured_once() -> None:
    assert [subject.name for subject in our_subjects(["flat", "paged", "flat"])] == ["flat", "paged"]
    assert [peer.name for peer in chosen_peers(["hnswlib", "hnswlib"])] == ["hnswlib"]


def point(p50: float, share: float) -> Point:
    return Point({"ef": 64}, {1: share, 10: share, 20: share}, 40, p50, 2 * p50, p50)


def duel() -> Duel:
    rounds = [Round(10, 20, 11, 20), Round(100, 400, 100, 400), Round(30, 20, 30, 20)]
    return Duel("flat", "hnsw", point(10, 0.99), point(20, 0.98), warm=rounds)


def both() -> dict[str, Measured]:
    flat = Measured(Built(1, 1, 10, 7), warm=[point(10, 0.99)], at=point(10, 0.99), anon_bytes=5, qps={1: 100})
    hnsw = Measured(Built(1, 40, 20, 8), warm=[point(20, 0.98)], at=point(20, 0.98), anon_bytes=50, qps={1: 50})
    return {"flat": flat, "hnsw": hnsw}


def test_ratio_of_times_is_the_median_of_the_rounds_ratios() -> None:
    figures = ann_figures(both(), [duel()])
    assert figures["flat/p50_ratio/hnsw"].value == 0.5
    assert figures["flat/anon_ratio/hnsw"].value == pytest.approx(0.1)
    assert figures["flat/build_cpu_ratio/hnsw"].value == pytest.approx(1 / 40)
    assert figures["flat/recall_margin/hnsw"].value == pytest.approx(0.01)
    assert "flat/cold_ratio/hnsw" not in figures


def test_page_has_the_tables() -> None:
    text = markdown(both(), [duel()], ann_figures(both(), [duel()]), "caption")
    assert "| hnsw | ef=64 | 0.9800 | 20 | 40 | 20 |" in text
    assert "| hnsw | 0.0 | 0.0 | 0 | 40.0 | 0 | 50 |" in text
    assert "| flat ef=64 | hnsw ef=64 | 0.9900/0.9800 | 0.5 (0.375-1) |" in text
    assert "| flat | hnsw | 0.1 | 0.5 | 0.025 |" in text


@pytest.mark.slow
def test_plots_are_png_files(tmp_path: Path) -> None:
    drawn = draw(tmp_path / "plots", both(), title="t")
    assert [path.name for path in drawn] == ["recall-warm.png", "qps.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in drawn)


def test_line_of_a_plot_leaves_out_what_is_slower_and_worse() -> None:
    points = [point(40, 0.99), point(10, 0.9), point(30, 0.85), point(20, 0.95), point(50, 0.99)]
    assert [one.p50 for one in frontier(points)] == [10, 20, 40]
