"""Every peer that is installed builds, opens and finds: a wrong metric, order or id would cost it its recall."""

from __future__ import annotations

import shlex
import sys
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from memsvc.errors import InvalidInput
from memsvc_evals.ann.peer import AnnPeer
from memsvc_evals.ann.peers.registry import PEERS
from memsvc_evals.ann.subjects import peer_subjects
from memsvc_evals.load.environments import default_folder, versions
from memsvc_evals.load.systems import System

DIMENSION = 384
COUNT = 3_000
QUERIES = list(range(30))
LEAST_RECALL = 0.9

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """3,000 vectors near a subspace of 12 dimensions, which indexes find as easy as real ones."""
    rng = np.random.default_rng(7)
    basis = rng.standard_normal((12, DIMENSION), np.float32)
    rows = rng.standard_normal((COUNT + len(QUERIES), 12), np.float32) @ basis
    rows += 0.3 * rng.standard_normal(rows.shape, np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    folder = tmp_path_factory.mktemp("dataset")
    np.save(folder / "x_f16.npy", rows[:COUNT].astype(np.float16))
    np.save(folder / "q_f16.npy", rows[COUNT:].astype(np.float16))
    return folder


@pytest.fixture(scope="module")
def truth(dataset: Path) -> NDArray[np.int64]:
    vectors, queries = (np.load(dataset / name).astype(np.float32) for name in ("x_f16.npy", "q_f16.npy"))
    return np.argsort(-(queries @ vectors.T), axis=1)[:, :10]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of environments: the installed ones, and this interpreter in place of those that are missing."""
    place = tmp_path_factory.mktemp("environments")
    for peer in PEERS:
        installed, here = default_folder() / peer.environment, place / peer.environment
        if installed.exists() and not here.exists():
            here.symlink_to(installed)
        elif not here.exists():
            # Not where the peer says: that may be this very interpreter.
            python = here / "bin" / "python"
            python.parent.mkdir(parents=True)
            python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
            python.chmod(0o755)
    return place


def system(peer: AnnPeer, place: Path) -> System:
    """Return how to start the peer; skips the test where its Python does not have its packages."""
    try:
        versions(peer, place)
    except InvalidInput:
        pytest.skip(f"{peer.name} is not installed: memsvc eval ann --peer {peer.name} --install")
    return peer_subjects([peer], place, place / "scripts")[0].system


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_peer_finds_what_another_process_has_built(
    peer: AnnPeer, place: Path, dataset: Path, truth: NDArray[np.int64], tmp_path: Path
) -> None:
    tested, index, log = system(peer, place), tmp_path / "index", tmp_path / "log"
    index.mkdir()
    with ExitStack() as stack:
        built = tested.start(stack, log=log, dataset=dataset).ask("build", folder=str(index))
    assert built["disk_bytes"] > COUNT * DIMENSION
    with ExitStack() as stack:
        worker = tested.start(stack, log=log, dataset=dataset)
        worker.ask("open", folder=str(index))
        sweep = (peer.sweep[0], peer.sweep[-1])
        found = [worker.ask("search", queries=QUERIES, k=10, params=params) for params in sweep]
    fast, exact = (recall(np.array(answer["ids"]), truth) for answer in found)
    assert exact >= LEAST_RECALL
    assert fast <= exact
    assert (np.array(found[-1]["us"]) > 0).all()


@pytest.mark.parametrize("peer", [peer for peer in PEERS if peer.on_disk], ids=lambda peer: peer.name)
def test_peer_on_disk_finds_the_same_when_its_files_are_evicted(
    peer: AnnPeer, place: Path, dataset: Path, tmp_path: Path
) -> None:
    tested, index, log = system(peer, place), tmp_path / "index", tmp_path / "log"
    index.mkdir()
    with ExitStack() as stack:
        tested.start(stack, log=log, dataset=dataset).ask("build", folder=str(index))
    with ExitStack() as stack:
        worker = tested.start(stack, log=log, dataset=dataset)
        worker.ask("open", folder=str(index))
        asked = {"queries": QUERIES[:5], "k": 10, "params": peer.sweep[-1]}
        warm, cold = (worker.ask(op, **asked)["ids"] for op in ("search", "cold"))
    assert cold == warm


def test_interpreter_that_has_the_packages_needs_no_environment(tmp_path: Path) -> None:
    here, gone = (
        AnnPeer(name="p", module="m", environment="e", packages=(name,)) for name in ("numpy>=2", "no-such")
    )
    assert here.python(tmp_path) == Path(sys.executable)
    assert gone.python(tmp_path) == tmp_path / "e" / "bin" / "python"
    (tmp_path / "e").mkdir()
    assert here.python(tmp_path) == tmp_path / "e" / "bin" / "python"


def recall(found: NDArray[np.int64], truth: NDArray[np.int64]) -> float:
    return float(np.mean([len(set(row) & set(true)) / len(true) for row, true in zip(found, truth, strict=True)]))
