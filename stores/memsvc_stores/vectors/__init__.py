"""Vector indexes: projections of the vectors in SQL that can be verified against it and rebuilt from it."""

from memsvc_stores.vectors.exact import ExactVectorIndex

__all__ = ["ExactVectorIndex"]
