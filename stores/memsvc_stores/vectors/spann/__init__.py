"""The index of the SPANN paper (arXiv 2111.08566), bulk-built and immutable: full vectors in postings on disk."""

from __future__ import annotations

from memsvc_stores.vectors.spann.build import build_spann
from memsvc_stores.vectors.spann.index import SpannIndex
from memsvc_stores.vectors.spann.options import SpannOptions

__all__ = ["SpannIndex", "SpannOptions", "build_spann"]
