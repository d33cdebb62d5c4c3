from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from memsvc.errors import InvalidInput, ServerFault
from memsvc_evals.cli import app
from memsvc_evals.load.bench import Measured
from memsvc_evals.load.environments import PEERS, install, stage_scripts
from memsvc_evals.load.exact import exactness, wanted_notes
from memsvc_evals.load.peers.worker import load_dataset
from memsvc_evals.load.printed import markdown_table, put_table
from memsvc_evals.load.process import Worker
from memsvc_evals.load.summary import COLUMNS, load_figures
from memsvc_evals.load.workload import Workload, make_workload


@pytest.fixture(scope="module")
def workload() -> Workload:
    return make_workload(notes=100, users=5, extra=3, questions=2)


def test_workload_is_always_the_same(workload: Workload) -> None:
    again = make_workload(notes=100, users=5, extra=3, questions=2)
    assert again.texts == workload.texts
    assert np.array_equal(again.vectors, workload.vectors)


def test_each_user_has_three_in_ten_wanted_notes(workload: Workload) -> None:
    assert [len(wanted_notes(workload, user)) for user in range(5)] == [6] * 5
    assert set(workload.tags[100:]) == {"other"}


def test_workers_read_what_the_workload_wrote(workload: Workload, tmp_path: Path) -> None:
    workload.save(tmp_path)
    data = load_dataset(tmp_path)
    assert data.texts == list(workload.texts)
    assert np.array_equal(data.vectors[workload.texts[7]], workload.vectors[7])


def test_exactness_is_the_share_of_the_best_wanted_notes(workload: Workload) -> None:
    wanted = wanted_notes(workload, 2)
    assert exactness(workload, wanted, question=0, user=2, k=6) == 1.0
    assert exactness(workload, wanted[:3], question=0, user=2, k=6) == 0.5
    assert exactness(workload, wanted[:3], question=0, user=2, k=6, gone={wanted[0]}) == 0.4
    assert exactness(workload, [], question=0, user=2, k=6) == 0.0


def test_note_of_another_user_or_tag_does_not_count(workload: Workload) -> None:
    others = [note for note in range(100) if note not in wanted_notes(workload, 2)]
    assert exactness(workload, others, question=0, user=2, k=6) == 0.0


def test_only_the_best_count_at_a_small_k(workload: Workload) -> None:
    wanted = wanted_notes(workload, 2)
    scores = workload.vectors @ workload.question_vectors[0]
    best = sorted(wanted, key=lambda note: -scores[note])
    assert exactness(workload, best[:2], question=0, user=2, k=2) == 1.0
    assert exactness(workload, best[-2:], question=0, user=2, k=2) == 0.0


def measured(milliseconds: float) -> Measured:
    seconds = {
        name: [milliseconds / 1000] * 4 for name in ("add", "first_recall", "recall@60", "recall@10", "delete")
    }
    return Measured(2.0, seconds, {60: [1.0, 0.5], 10: [1.0]}, resident_bytes=3 * 2**20, reopen_seconds=0.01)


def test_ratios_are_peer_over_memsvc_and_overhead_is_rest_minus_in_process() -> None:
    figures = load_figures(
        {"memsvc": measured(2), "memsvc-hybrid": measured(3), "memsvc-rest": measured(4.5), "mem0": measured(50)}
    )
    assert figures["load/single_add/p50_ratio/mem0"].value == pytest.approx(25)
    assert figures["load/rest_overhead/recall_p50_ms"].value == pytest.approx(2.5)
    assert figures["load/filtered_recall/exactness/memsvc"].value == 0.75
    assert figures["load/rss/memsvc"].value == 3
    assert figures["load/reopen/mem0"].value == pytest.approx(10)
    assert "load/single_add/p50_ratio/memsvc-rest" not in figures


def test_table_replaces_what_stood_between_the_marks(tmp_path: Path) -> None:
    figures = load_figures({"memsvc": measured(2)})
    page = tmp_path / "page.md"
    begin, end = "<!-- load table: made by memsvc eval load --markdown -->", "<!-- end of load table -->"
    page.write_text(f"before\n{begin}\nold\n{end}\nafter\n")
    put_table(page, markdown_table(figures, ["memsvc"], "caption"))
    text = page.read_text()
    assert "old" not in text
    assert text.startswith("before\n")
    assert text.endswith(f"{end}\nafter\n")
    assert f"| {' | '.join(COLUMNS)} |" in text


def test_page_without_marks_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("nothing")
    with pytest.raises(InvalidInput, match="has no place for the table"):
        put_table(page, "table")


ECHO = """
import sys
from memsvc_evals.load.peers.worker import serve
class Echo:
    def open(self, folder, data):
        print("noise of a library")
        self.texts = data.texts
    def bulk_add(self, notes): raise ValueError("full")
    def recall(self, question, user, k): return [user, k, len(self.texts)]
    def close(self): sys.exit(int(sys.argv[2]))
serve(Echo)
"""


@pytest.fixture
def staged(workload: Workload, tmp_path: Path) -> Iterator[Path]:
    workload.save(tmp_path)
    stage_scripts(tmp_path / "scripts")
    (tmp_path / "echo.py").write_text(ECHO)
    return tmp_path


def worker(folder: Path, exit_code: int) -> Worker:
    command = [sys.executable, str(folder / "echo.py"), str(folder), str(exit_code)]
    environment = {"PYTHONPATH": str(folder / "scripts"), "PATH": ""}
    return Worker("echo", command, environment=environment, log=folder / "log")


@pytest.mark.slow
def test_worker_needs_only_its_own_folder_and_answers_beside_a_noisy_library(staged: Path) -> None:
    with worker(staged, 0) as echo:
        echo.call("open", folder=str(staged))
        assert echo.call("recall", question=0, user=3, k=7).notes == (3, 7, 103)


@pytest.mark.slow
def test_error_in_a_worker_is_told_with_its_name(staged: Path) -> None:
    with worker(staged, 0) as echo, pytest.raises(ServerFault, match="echo: bulk_add failed: ValueError: full"):
        echo.call("bulk_add", notes=[1])


@pytest.mark.slow
def test_worker_that_cannot_close_is_an_error(staged: Path) -> None:
    with pytest.raises(ServerFault, match="echo: close failed: exit code 3"), worker(staged, 3):
        pass


def test_failed_install_tells_the_last_words_of_the_installer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uv = tmp_path / "uv"
    uv.write_text("#!/bin/sh\necho no such package >&2\nexit 1\n")
    uv.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(InvalidInput, match=r"cannot install mem0: .*\nno such package"):
        install(tmp_path / "peers", say=lambda text: None)


def test_installed_peers_are_not_installed_again(tmp_path: Path) -> None:
    for peer in PEERS:
        (tmp_path / peer.environment).mkdir(exist_ok=True)
        (tmp_path / peer.environment / "installed").touch()
    said: list[str] = []
    install(tmp_path, say=said.append)
    assert said == []


def test_missing_peer_says_how_to_get_it(tmp_path: Path) -> None:
    command = [
        "load",
        "--notes",
        "10",
        "--users",
        "1",
        "--deletes",
        "1",
        "--peers",
        "--environments",
        str(tmp_path),
    ]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 2
    assert "mem0 is not installed" in result.stderr
    assert "--install" in result.stderr


@pytest.mark.slow
def test_load_measures_the_service_in_process_and_over_rest(tmp_path: Path) -> None:
    out = tmp_path / "r.json"
    options = ["--notes", "40", "--users", "2", "--adds", "2", "--recalls", "3", "--deletes", "2"]
    result = CliRunner().invoke(app, ["load", *options, "--json", str(out)])
    assert result.exit_code == 0, result.output + result.stderr
    figures = json.loads(out.read_text(encoding="utf-8"))["figures"]
    for system in ("memsvc", "memsvc-hybrid", "memsvc-rest"):
        assert figures[f"load/filtered_recall/exactness/{system}"]["value"] == 1.0
    assert figures["load/rest_overhead/recall_p50_ms"]["unit"] == "ms"
