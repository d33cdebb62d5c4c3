from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np
import pytest
from typer.testing import CliRunner

from memsvc.errors import InvalidInput
from memsvc.ports.embedding import Matrix
from memsvc_agents.embed.hashing import HashingEmbedder
from memsvc_evals.ann.data import embedding, growth
from memsvc_evals.ann.data.embedding import embed_to
from memsvc_evals.ann.data.formats import read_idx_images, read_vectors
from memsvc_evals.ann.data.packages import parse_words
from memsvc_evals.ann.data.texts import conversation_texts, locomo_questions, pieces
from memsvc_evals.ann.data.vectors import normalised, split
from memsvc_evals.ann.dataset import AnnData, read_dataset
from memsvc_evals.cli import app

THREE = Path(__file__).parents[1] / "data" / "longmemeval_three.json"


def nothing() -> None:
    """Take no notice of a step."""


def test_turn_and_its_sentences_are_pieces_when_neither_short_nor_long() -> None:
    turn = "This is the first sentence. Short. And here is the second one, a little longer."
    assert list(pieces(turn)) == [
        turn,
        "This is the first sentence.",
        "And here is the second one, a little longer.",
    ]


def test_texts_are_distinct_apart_and_chosen_by_the_seed() -> None:
    texts = conversation_texts(THREE, None, notes=20, held=5, questions=9, seed=3)
    again = conversation_texts(THREE, None, notes=20, held=5, questions=9, seed=3)
    other = conversation_texts(THREE, None, notes=20, held=5, questions=9, seed=4)
    assert texts == again
    assert texts.notes != other.notes
    everything = [text.casefold() for text in texts.notes + texts.held + texts.questions]
    assert len(set(everything)) == len(everything) == 28


def test_too_few_texts_are_told() -> None:
    with pytest.raises(InvalidInput, match="distinct texts, not 9000"):
        conversation_texts(THREE, None, notes=9000, held=0, questions=1, seed=3)


def test_locomo_of_another_shape_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "locomo.json"
    path.write_text(json.dumps([{"qa": [{"question": 2022}, {"question": "who"}]}]))
    assert locomo_questions(path) == ["2022", "who"]
    path.write_text("{}{")
    with pytest.raises(InvalidInput, match="as LoCoMo"):
        locomo_questions(path)


class FailingEmbedder(HashingEmbedder):
    """Embeds so many texts, then fails."""

    left = 10**9

    def embed(self, texts: Sequence[str]) -> Matrix:
        self.left -= len(texts)
        if self.left < 0:
            raise InterruptedError
        return super().embed(texts)


def test_interrupted_embedding_goes_on_and_keeps_the_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "BLOCK", 4)
    texts = [f"{'long ' * (i % 5)}text {i}" for i in range(18)]
    failing = FailingEmbedder(32)
    failing.left = 10
    with pytest.raises(InterruptedError):
        embed_to(tmp_path / "x.npy", texts, failing, step=nothing)
    failing.left = 10
    embed_to(tmp_path / "x.npy", texts, failing, step=nothing)
    assert np.array_equal(np.load(tmp_path / "x.npy"), normalised(HashingEmbedder(32).embed(texts)))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.npy"]


def test_other_texts_do_not_continue_an_interrupted_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "BLOCK", 4)
    failing = FailingEmbedder(32)
    failing.left = 5
    with pytest.raises(InterruptedError):
        embed_to(tmp_path / "x.npy", [f"text {i}" for i in range(8)], failing, step=nothing)
    others = [f"other {i}" for i in range(8)]
    embed_to(tmp_path / "x.npy", others, HashingEmbedder(32), step=nothing)
    assert np.array_equal(np.load(tmp_path / "x.npy"), normalised(HashingEmbedder(32).embed(others)))


def test_growth_keeps_the_real_vectors_and_repeats_itself(
    data: AnnData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growth, "BLOCK", 256)
    for name in ("a.npy", "b.npy"):
        growth.grow(tmp_path / name, data.vectors, 900, seed=5, step=nothing)
    grown = np.load(tmp_path / "a.npy")
    assert np.array_equal(grown, np.load(tmp_path / "b.npy"))
    real = {row.tobytes() for row in data.vectors}
    assert sum(row.tobytes() in real for row in grown) == 300
    assert len(np.unique(grown, axis=0)) == 900
    assert np.linalg.norm(grown.astype(np.float32), axis=1) == pytest.approx(np.ones(900), abs=2e-3)


def test_no_vector_is_its_own_neighbour(data: AnnData) -> None:
    near = growth.neighbours(data.vectors)
    assert near.shape == (300, 10)
    assert not (near == np.arange(300)[:, None]).any()


def test_identical_vectors_have_neighbours_too(data: AnnData) -> None:
    assert growth.neighbours(np.repeat(data.vectors[:1], 40, axis=0)).shape == (40, 10)


def test_vecs_files_are_read(tmp_path: Path) -> None:
    rows = np.arange(12, dtype=np.float32).reshape(3, 4)
    head = np.full((3, 1), 4, "<i4")
    (tmp_path / "a.fvecs").write_bytes(np.hstack([head.view("<f4"), rows]).tobytes())
    (tmp_path / "a.bvecs").write_bytes(np.hstack([head.view(np.uint8), rows.astype(np.uint8)]).tobytes())
    for name in ("a.fvecs", "a.bvecs"):
        vectors, queries = read_vectors(tmp_path / name)
        assert np.array_equal(vectors, rows)
        assert queries is None


@pytest.mark.parametrize("content", [b"", b"\4\0\0\0\0", b"\0\0\0\0"])
def test_cut_vecs_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.fvecs").write_bytes(content)
    with pytest.raises(InvalidInput, match=r"a\.fvecs"):
        read_vectors(tmp_path / "a.fvecs")


def test_idx_images_are_rows(tmp_path: Path) -> None:
    header = np.array([0x803, 2, 2, 3], ">i4").tobytes()
    (tmp_path / "images").write_bytes(header + bytes(range(12)))
    assert read_idx_images(tmp_path / "images").tolist() == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]]
    (tmp_path / "images").write_bytes(header)
    with pytest.raises(InvalidInput, match="not a whole IDX file"):
        read_idx_images(tmp_path / "images")


def test_words_lose_norm_rank_and_zero_vectors(tmp_path: Path) -> None:
    path = tmp_path / "words.json"
    path.write_text('{"words": ["vectors"], "vectors": {"a": [1, 2.5, 9, 0], "b": [0, 0, 0, 1]}, "x": {"c": [1]}}')
    assert parse_words(path).tolist() == [[1.0, 2.5]]


def test_split_is_a_partition() -> None:
    kept, held = split(50, 8, seed=1)
    assert sorted([*kept, *held]) == list(range(50))
    assert len(held) == 8


def test_direction_of_a_zero_vector_is_an_error() -> None:
    with pytest.raises(InvalidInput, match="no direction"):
        normalised(np.zeros((1, 3)))


def build(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["ann-data", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_hdf5_of_ann_benchmarks_becomes_a_folder(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    with h5py.File(tmp_path / "a.hdf5", "w") as file:
        file["train"] = rng.standard_normal((120, 8))
        file["test"] = rng.standard_normal((30, 8))
    assert "120 vectors of 8 dimensions, 20 queries" in build(
        "file", str(tmp_path / "out"), "--source", str(tmp_path / "a.hdf5"), "--queries", "20"
    )
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["shape"] == [120, 8]
    assert manifest["source"] == "a.hdf5"


def test_folder_grows(data: AnnData, tmp_path: Path) -> None:
    out = tmp_path / "grown"
    build("growth", str(out), "--source", str(data.folder), "--vectors", "700", "--queries", "15")
    grown = read_dataset(out)
    assert grown.vectors.shape == (700, 16)
    assert np.array_equal(grown.queries, data.queries[:15])
    assert grown.manifest["base"] == data.manifest


@pytest.mark.slow
def test_conversations_become_a_folder_with_two_sets_of_queries(tmp_path: Path) -> None:
    out = tmp_path / "lme"
    build("longmemeval", str(out), "--source", str(THREE), "--vectors", "30", "--held", "5")
    made = read_dataset(out)
    assert made.vectors.shape == (30, 384)
    assert made.queries.shape == (3, 384)
    assert made.held.shape == (5, 384)
    assert made.manifest["model"]
    assert len(made.manifest["texts_sha256"]) == 64


def test_missing_source_is_one_clear_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["ann-data", "growth", str(tmp_path)])
    assert result.exit_code == 2
    assert "growth needs --source" in result.stderr
