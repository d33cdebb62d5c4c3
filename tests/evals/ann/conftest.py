from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from memsvc_evals.ann.dataset import AnnData, read_dataset
from memsvc_evals.ann.subjects import Subject
from memsvc_evals.load.systems import System, our_paths

BRUTE = """
import numpy as np
from memsvc_evals.ann.worker import serve

class Brute:
    # With the parameter `first` it knows only that many vectors, so that its recall is a known share.
    def __init__(self, argument):
        print("noise of a library")
        self.first = None
    def build(self, vectors, folder):
        np.save(folder / "all.npy", vectors)
    def open(self, folder):
        self.vectors = np.load(folder / "all.npy", mmap_mode="r")
    def tune(self, params):
        self.first = params.get("first")
    def search(self, query, k):
        return np.argsort(-(self.vectors[: self.first] @ query), kind="stable")[:k]
    def close(self):
        pass

serve(Brute)
"""


def unit(rows: NDArray[np.float32]) -> NDArray[np.float16]:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)


@pytest.fixture
def data(tmp_path: Path) -> AnnData:
    rng = np.random.default_rng(1)
    folder = tmp_path / "tiny"
    folder.mkdir()
    np.save(folder / "x_f16.npy", unit(rng.standard_normal((300, 16), np.float32)))
    np.save(folder / "q_f16.npy", unit(rng.standard_normal((40, 16), np.float32)))
    return read_dataset(folder)


@pytest.fixture
def brute(tmp_path: Path) -> Subject:
    """A system that scans everything, at two settings: 100 of 300 vectors, and all."""
    script = tmp_path / "brute.py"
    script.write_text(BRUTE)
    system = System("brute", (sys.executable, str(script)), our_paths())
    return Subject(system, ({"first": 100}, {}), None, on_disk=True, ours=False)
