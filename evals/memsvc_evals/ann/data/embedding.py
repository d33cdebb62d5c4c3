"""Texts to vectors in a file, in blocks, so that an interrupted run goes on where it was."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from memsvc.ports.embedding import Embedder
from memsvc_evals.ann.data.vectors import normalised

__all__ = ["BLOCK", "embed_to", "text_digest"]

BLOCK = 1024


def text_digest(texts: Sequence[str]) -> str:
    """Return the SHA-256 of the texts, each with a NUL after it."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()


def embed_to(path: Path, texts: Sequence[str], embedder: Embedder, *, step: Callable[[], None]) -> None:
    """Write the texts' vectors, L2-normalised float16, in the order of the texts; calls `step` per block.

    The work goes from short to long texts: a batch is padded to its longest one.
    """
    partial, progress = path.with_suffix(".partial"), path.with_suffix(".progress.json")
    key = {"texts": text_digest(texts), "model": embedder.model.id}
    done = _done(progress, key) if partial.exists() else 0
    order = np.argsort([len(text) for text in texts], kind="stable")
    rows = _rows(partial, (len(texts), embedder.model.dimension), new=done == 0)
    for start in range(0, len(texts), BLOCK):
        if start >= done:
            chosen = order[start : start + BLOCK]
            rows[chosen] = normalised(embedder.embed([texts[i] for i in chosen]))
            rows.flush()
            progress.write_text(json.dumps({**key, "done": start + len(chosen)}), encoding="utf-8")
        step()
    del rows
    os.replace(partial, path)
    progress.unlink()


def _done(progress: Path, key: dict[str, str]) -> int:
    if not progress.exists():
        return 0
    state = json.loads(progress.read_text(encoding="utf-8"))
    return int(state.pop("done")) if {name: state[name] for name in key} == key else 0


def _rows(path: Path, shape: tuple[int, int], *, new: bool) -> np.memmap[Any, np.dtype[np.float16]]:
    mode: Literal["w+", "r+"] = "w+" if new else "r+"
    return np.lib.format.open_memmap(path, mode=mode, dtype=np.float16, shape=shape)
