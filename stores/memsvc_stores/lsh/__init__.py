"""Locality-sensitive hashing by cross-polytopes."""

from __future__ import annotations

from memsvc_stores.lsh.cross_polytope import CrossPolytope

__all__ = ["CrossPolytope"]
