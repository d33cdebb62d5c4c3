"""The manifest of a generation: what it holds, of which model, up to where, with checksums."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from memsvc_stores.vectors.files import Written

__all__ = ["FORMAT", "MANIFEST", "ROWS", "VECTORS", "VISIBLE", "Damaged", "Manifest", "decode", "encode"]

FORMAT = 1
MANIFEST = "manifest.json"
VECTORS = "vectors.f32"
ROWS = "rows.i64"
VISIBLE = "visible.u8"


class Damaged(Exception):
    """A generation is not what its manifest says, or has no readable manifest."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """`keys` entries of `notes` notes; `files` by name."""

    namespace: int
    model_id: str
    dimension: int
    applied: int
    keys: int
    notes: int
    files: Mapping[str, Written]


def encode(manifest: Manifest) -> bytes:
    """Return the one byte string that stands for a manifest."""
    body = {
        "format": FORMAT,
        "namespace": manifest.namespace,
        "model": manifest.model_id,
        "dimension": manifest.dimension,
        "applied": manifest.applied,
        "keys": manifest.keys,
        "notes": manifest.notes,
        "files": {name: {"bytes": it.length, "blake2b": it.digest} for name, it in manifest.files.items()},
    }
    return _canonical({"blake2b": _digest(body), "manifest": body})


def decode(raw: bytes) -> Manifest:
    """Read a manifest; raise Damaged for anything but what `encode` gives."""
    try:
        body = json.loads(raw.decode("utf-8"))["manifest"]
        version = body["format"]
        manifest = Manifest(
            namespace=int(body["namespace"]),
            model_id=str(body["model"]),
            dimension=int(body["dimension"]),
            applied=int(body["applied"]),
            keys=int(body["keys"]),
            notes=int(body["notes"]),
            files={str(name): Written(int(it["bytes"]), str(it["blake2b"])) for name, it in body["files"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Damaged("manifest.json cannot be read") from error
    if version != FORMAT:
        raise Damaged(f"format {version!r} is not format {FORMAT}")
    if encode(manifest) != raw:
        raise Damaged("manifest.json does not match its checksum")
    if set(manifest.files) != {VECTORS, ROWS, VISIBLE}:
        raise Damaged("manifest.json names other files")
    return manifest


def _digest(body: Mapping[str, object]) -> str:
    return hashlib.blake2b(_canonical(body), digest_size=32).hexdigest()


def _canonical(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, sort_keys=True, indent=1).encode("ascii") + b"\n"
