from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from memsvc.errors import InvalidInput
from memsvc_evals.ann import truth
from memsvc_evals.ann.dataset import AnnData, read_dataset
from memsvc_evals.ann.truth import exact_top, recall
from memsvc_evals.cli import app


def test_blocks_give_the_same_answers_as_one_scan(data: AnnData, monkeypatch: pytest.MonkeyPatch) -> None:
    scores = data.queries.astype(np.float32) @ data.vectors.astype(np.float32).T
    expected = np.argsort(-scores, axis=1, kind="stable")[:, :20]
    monkeypatch.setattr(truth, "_BLOCK", 37)
    assert np.array_equal(exact_top(data.vectors, data.queries, 20), expected)


def test_recall_is_the_share_of_the_best(data: AnnData) -> None:
    best = data.truth[:1]
    found = [[*best[0, :5].tolist(), *[-1] * 5]]
    assert recall(found, best, 10, vectors=data.vectors, queries=data.queries[:1]) == pytest.approx([0.5])


def test_repeated_id_counts_once(data: AnnData) -> None:
    found = [[int(data.truth[0, 0])] * 10]
    shares = recall(found, data.truth[:1], 10, vectors=data.vectors, queries=data.queries[:1])
    assert shares == pytest.approx([0.1])


def test_vector_of_the_same_score_stands_for_another(data: AnnData) -> None:
    same = np.repeat(data.vectors[:1], 30, axis=0)
    best = exact_top(same, data.queries[:1], 5)
    shares = recall([[29, 28, 27, 26, 25]], best, 5, vectors=same, queries=data.queries[:1])
    assert shares == pytest.approx([1.0])


def test_answers_are_computed_once_and_kept(data: AnnData) -> None:
    kept = np.load(data.folder / "gt20.npy")
    assert np.array_equal(kept, data.truth)
    np.save(data.folder / "gt20.npy", kept[:, ::-1])
    assert np.array_equal(read_dataset(data.folder).truth, kept[:, ::-1])


UNIT = np.eye(40, 16, dtype=np.float16)
UNIT[16:, 0] = 1
LATE_NAN = np.repeat(UNIT[:1], 20_000, axis=0)
LATE_NAN[-1, 3] = np.nan


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("x_f16.npy", np.ones((3, 4), np.float32), r"must be float16 .*, is float32 \(3, 4\)"),
        ("x_f16.npy", UNIT[0], r"is float16 \(16,\)"),
        ("x_f16.npy", np.ones((3, 16), np.float16), "L2-normalised, row 0 has length 4"),
        ("x_f16.npy", LATE_NAN, "row 19999 has length nan"),
        ("q_f16.npy", UNIT[:0], "must be float16"),
        ("q_f16.npy", UNIT[:1, :1], "vectors have 16 dimensions, queries 1"),
        ("gt20.npy", np.full((40, 20), 999), "names rows 999 to 999 of 300"),
        ("gt20.npy", np.full((40, 20), -1), "names rows -1"),
        ("gt20.npy", np.zeros((39, 20), int), r"shape \(40, 20\), is int64 \(39, 20\)"),
        ("gt20.npy", np.zeros((40, 20)), "whole numbers"),
        ("gt20.npy", np.zeros((40, 5), int), "has 5 answers"),
        ("gt20.npy", np.array(3), "does not fit the queries"),
    ],
)
def test_folder_that_does_not_fit_is_refused(data: AnnData, name: str, array: np.ndarray, message: str) -> None:
    np.save(data.folder / name, array)
    with pytest.raises(InvalidInput, match=message):
        read_dataset(data.folder)


def test_missing_vectors_are_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"cannot read .*x_f16\.npy"):
        read_dataset(tmp_path)


@pytest.mark.parametrize("content", [b"", b"hello", b"\x93NUMPY\x01\x00"])
def test_file_that_is_no_array_is_named(data: AnnData, content: bytes) -> None:
    (data.folder / "x_f16.npy").write_bytes(content)
    with pytest.raises(InvalidInput, match=r"cannot read .*x_f16\.npy"):
        read_dataset(data.folder)


@pytest.mark.parametrize("content", ["{", "[]"])
def test_manifest_that_is_no_object_is_named(data: AnnData, content: str) -> None:
    (data.folder / "manifest.json").write_text(content)
    with pytest.raises(InvalidInput, match=r"manifest\.json"):
        read_dataset(data.folder)


def test_command_ends_with_one_line_and_exit_code_2(data: AnnData) -> None:
    (data.folder / "x_f16.npy").unlink()
    result = CliRunner().invoke(app, ["ann", str(data.folder), "--form", "flat"])
    assert result.exit_code == 2
    assert result.stderr.startswith("error: cannot read ")
    assert result.stderr.count("\n") == 1


def test_report_of_cases_that_cannot_be_written_is_known_before_measuring(data: AnnData) -> None:
    out = data.folder / "gone" / "out"
    result = CliRunner().invoke(app, ["ann-cases", str(data.folder), "--json", str(out)])
    assert result.exit_code == 2
    assert f"cannot write {out}: " in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("option", ["--json", "--plots", "--markdown"])
def test_output_that_cannot_be_written_is_known_before_measuring(data: AnnData, option: str) -> None:
    out = data.folder / "gone" / "out"
    result = CliRunner().invoke(app, ["ann", str(data.folder), "--form", "flat", option, str(out)])
    assert result.exit_code == 2
    assert f"{out}: " in result.stderr
    assert "ann " not in result.stderr
