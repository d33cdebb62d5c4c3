"""What the paper and its code leave to choose, under their names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from memsvc_stores.vectors.layout import PAGE

__all__ = ["SpannOptions", "Storage"]

Storage: TypeAlias = Literal["float32", "float16", "int8"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpannOptions:
    """How an index is built; the defaults are the paper's, where it gives one.

    `ratio` is heads per vector. A vector goes to every head no farther than (1 + eps1) times the nearest one
    (plain distance) that also passes the RNG rule with `rng_factor` (squared distance), to `replica_count` heads
    at most, out of the `internal_result_num` nearest. Postings hold as many pages as `posting_page_limit` or
    `posting_vector_limit` records need, whichever are more.
    """

    ratio: float = 0.12
    bkt_kmeans_k: int = 32
    samples_number: int = 1000
    bkt_lambda_factor: float = 1.0
    replica_count: int = 8
    eps1: float = 10.0
    rng_factor: float = 1.0
    internal_result_num: int = 64
    posting_page_limit: int = 3
    posting_vector_limit: int = 118
    storage: Storage = "float16"
    graph_degree: int = 16
    graph_build_width: int = 100
    seed: int = 1

    def __post_init__(self) -> None:
        if not 0 < self.ratio <= 1:
            raise ValueError("ratio must be above 0 and at most 1")
        if self.bkt_kmeans_k < 2 or self.samples_number < self.bkt_kmeans_k:
            raise ValueError("bkt_kmeans_k must be at least 2 and at most samples_number")
        if self.bkt_lambda_factor < 0 or self.eps1 < 0 or self.rng_factor < 0:
            raise ValueError("bkt_lambda_factor, eps1 and rng_factor must not be negative")
        if self.storage not in ("float32", "float16", "int8"):
            raise ValueError("storage must be float32, float16 or int8")
        counts = (self.replica_count, self.internal_result_num, self.posting_page_limit, self.graph_degree)
        if min(*counts, self.posting_vector_limit, self.graph_build_width) < 1:
            raise ValueError("counts and limits must be positive")

    def posting_records(self, record_bytes: int) -> int:
        """Return how many records a posting may have."""
        pages = max(self.posting_page_limit, -(-self.posting_vector_limit * record_bytes // PAGE))
        return max(1, pages * PAGE // record_bytes)
