"""The universal codebook: 16 centroids for three dimensions of a rotated unit vector, trained once and shipped."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.errors import Damaged

__all__ = ["DIGEST", "PATH", "SUBSPACES", "TRAINED", "load"]

PATH: Final = Path(__file__).with_name("codebook-1.f32")
DIGEST: Final = "0d7131a26ec7a974b8bad49fd07816ce"
TRAINED: Final = 384
SUBSPACES: Final = 128


def load(path: Path = PATH) -> NDArray[np.float32]:
    """Return the codebook (128, 16, 3), checked; raises Damaged."""
    raw = path.read_bytes()
    found = hashlib.blake2b(raw, digest_size=16).hexdigest()
    if found != DIGEST:
        raise Damaged(f"the codebook {path.name} has checksum {found}, not {DIGEST}: install memsvc again")
    return np.frombuffer(raw, "<f4").reshape(SUBSPACES, 16, 3)
