"""The vector index in a given form."""

from __future__ import annotations

from pathlib import Path

from memsvc.ports.ranking import VectorIndex
from memsvc_evals.ann.system import Params
from memsvc_stores.vectors.paged.search import Effort
from memsvc_stores.vectors.tiered import TieredVectorIndex

__all__ = ["BUDGET", "open_index"]

BUDGET = 1 << 30
_ALL = 1 << 62
# Up to how many keys a namespace is exact, and up to how many flat.
_LIMITS: dict[str, Params] = {
    "flat": {"exact_keys": 0, "flat_keys": _ALL},
    "paged": {"exact_keys": 0, "flat_keys": 0},
    "service": {},
}


def open_index(
    directory: Path, form: str, *, memory_bytes: int = BUDGET, params: Params | None = None
) -> VectorIndex:
    """Open the index so that every namespace is flat or paged, or ("service") as its size asks for.

    `params` are `reranked` for flat, or `postings` and `rows` for paged; without them the service's are used.
    """
    options = dict(params or {})
    if "postings" in options:
        options = {"effort": Effort(**options)}
    return TieredVectorIndex(directory, memory_bytes=memory_bytes, **_LIMITS[form], **options)
