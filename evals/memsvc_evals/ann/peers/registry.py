"""The peers, in the order of the tables."""

from __future__ import annotations

from memsvc_evals.ann.peer import AnnPeer

__all__ = ["PEERS"]

_FAISS = ("faiss-cpu==1.15.1", "numpy>=2")


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


PEERS: tuple[AnnPeer, ...] = (
    _flat("fp32"),
    _flat("fp16"),
    _flat("sq8"),
)
