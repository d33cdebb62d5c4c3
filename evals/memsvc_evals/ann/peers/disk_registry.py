"""The peers made for indexes on disk."""

from __future__ import annotations

from memsvc_evals.ann.peer import AnnPeer
from memsvc_evals.ann.system import Params

__all__ = ["DISK_PEERS"]


def _diskannpy(name: str, cached: str) -> AnnPeer:
    """Return DiskANN with so many nodes of its graph in memory."""
    return AnnPeer(
        name=name,
        module="diskannpy_",
        environment="ann-diskannpy",
        packages=("diskannpy==0.7.0", "numpy==1.25.0"),
        argument=cached,
        sweep=tuple({"L": length, "W": 1 if length <= 20 else 2} for length in (10, 20, 32, 48, 64, 128)),
        at={"L": 32, "W": 2},
        on_disk=True,
        slow=True,
    )


def _lancedb(name: str, kind: str, *, sweep: tuple[Params, ...], at: Params) -> AnnPeer:
    return AnnPeer(
        name=name,
        module="lancedb_",
        environment="ann-lancedb",
        packages=("lancedb==0.40.0", "numpy>=2"),
        argument=kind,
        sweep=sweep,
        at=at,
        on_disk=True,
        slow=True,
    )


_PROBES: tuple[Params, ...] = tuple({"nprobes": lists, "refine": 10} for lists in (10, 20, 40, 80, 160))
_GRAPH: tuple[Params, ...] = tuple({"nprobes": 1, "refine": times} for times in (2, 5, 10, 20))
_SPTAG = AnnPeer(
    name="sptag-spann",
    module="sptag_",
    environment="ann-sptag",
    packages=("sptag==1.6.8", "numpy<2"),
    python_version="3.9",  # the wheel is for no other
    sweep=tuple({"lists": lists, "checks": 64 * lists} for lists in (8, 16, 32, 64, 128)),
    at={"lists": 64, "checks": 4096},
    on_disk=True,
    slow=True,
)


DISK_PEERS: tuple[AnnPeer, ...] = (
    _diskannpy("diskannpy", "0"),
    _diskannpy("diskannpy-cached", "10000"),
    _lancedb("lancedb", "IVF_RQ", sweep=_PROBES, at={"nprobes": 40, "refine": 10}),
    _lancedb("lancedb-ivfpq", "IVF_PQ", sweep=_PROBES, at={"nprobes": 40, "refine": 10}),
    _lancedb("lancedb-hnsw", "IVF_HNSW_SQ", sweep=_GRAPH, at={"nprobes": 1, "refine": 5}),
    _SPTAG,
)
