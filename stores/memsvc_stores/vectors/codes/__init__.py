"""Four-bit product codes of rotated vectors: made without training data, packed as faiss scans them."""

from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.codes.resident import ResidentCodes
from memsvc_stores.vectors.codes.scanner import Scanner
from memsvc_stores.vectors.codes.scorer import RowScorer

__all__ = ["Codec", "ResidentCodes", "RowScorer", "Scanner"]
