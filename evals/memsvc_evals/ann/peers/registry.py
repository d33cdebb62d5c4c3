"""The peers, in the order of the tables."""

from __future__ import annotations

from memsvc_evals.ann.peer import AnnPeer

__all__ = ["PEERS"]

PEERS: tuple[AnnPeer, ...] = ()
