"""The peers, in the order of the tables."""

from __future__ import annotations

from memsvc_evals.ann.peer import AnnPeer
from memsvc_evals.ann.peers.disk_registry import DISK_PEERS
from memsvc_evals.ann.system import Params

__all__ = ["PEERS"]

_FAISS = ("faiss-cpu==1.15.1", "numpy>=2")


def _sweep(name: str, *values: int) -> tuple[Params, ...]:
    return tuple({name: value} for value in values)


_EF = _sweep("ef", 16, 32, 48, 64, 96, 128, 192, 256)


def _flat(argument: str) -> AnnPeer:
    return AnnPeer(
        name=f"faiss-flat-{argument}",
        module="faiss_flat",
        environment="ann-faiss",
        packages=_FAISS,
        argument=argument,
        at={},
        slow=True,
    )


def _hnsw(name: str, module: str) -> AnnPeer:
    return AnnPeer(
        name=name,
        module=module,
        environment="ann-faiss",
        packages=_FAISS,
        sweep=_EF,
    )


def _ivf(name: str, module: str, *, argument: str = "", on_disk: bool) -> AnnPeer:
    return AnnPeer(
        name=name,
        module=module,
        environment="ann-faiss",
        packages=_FAISS,
        argument=argument,
        sweep=_sweep("nprobe", 8, 16, 32, 64, 128, 256),
        at={"nprobe": 64},
        on_disk=on_disk,
    )


def _ivfpq() -> AnnPeer:
    return AnnPeer(
        name="faiss-ivfpq",
        module="faiss_ivfpq",
        environment="ann-faiss",
        packages=_FAISS,
        sweep=tuple({"nprobe": lists, "rerank": 150} for lists in (16, 32, 64, 128, 256)),
        at={"nprobe": 64, "rerank": 150},
        on_disk=True,
    )


def _graph(name: str, package: str, *, on_disk: bool) -> AnnPeer:
    return AnnPeer(
        name=name,
        module=f"{name}_",
        environment=f"ann-{name}",
        packages=(package, "numpy>=2"),
        sweep=_EF,
        on_disk=on_disk,
    )


_CHROMADB = AnnPeer(
    name="chromadb",
    module="chromadb_",
    environment="chromadb",  # the one of `memsvc eval load`
    packages=("chromadb>=1.5,<2",),
    sweep=_EF,
)
_SQLITE_VEC = AnnPeer(
    name="sqlite-vec",
    module="sqlite_vec",
    environment="ann-sqlite-vec",
    packages=("apsw==3.54.1.0", "sqlite-vec==0.1.9", "numpy>=2"),
    at={},
    on_disk=True,
    slow=True,
)


PEERS: tuple[AnnPeer, ...] = (
    _flat("fp32"),
    _flat("fp16"),
    _flat("sq8"),
    _hnsw("faiss-hnsw32", "faiss_hnsw"),
    _hnsw("faiss-hnsw32-sq8", "faiss_hnsw_sq8"),
    _ivf("faiss-ivf", "faiss_ivf", on_disk=False),
    _ivf("faiss-ivf-ondisk", "faiss_ondisk", on_disk=True),
    _ivf("faiss-ivf-ondisk-no-prefetch", "faiss_ondisk", argument="no-prefetch", on_disk=True),
    _ivfpq(),
    _graph("hnswlib", "hnswlib==0.8.0", on_disk=False),
    _graph("usearch", "usearch==2.26.6", on_disk=True),
    _CHROMADB,
    _SQLITE_VEC,
    *DISK_PEERS,
)
