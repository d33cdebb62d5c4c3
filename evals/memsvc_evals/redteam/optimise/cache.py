"""Triggers found before, in one JSON file."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from memsvc.errors import InvalidInput

__all__ = ["TriggerCache"]

_FORMAT = 1


class TriggerCache:
    """Keeps triggers by encoder, corpus, learning questions and settings; in memory only without a path."""

    def __init__(self, path: Path | None = None) -> None:
        """Read the file if it is there; raises InvalidInput for one that is not such a cache."""
        self._path = path
        self._known: dict[str, dict[str, Any]] = {}
        if path is not None and path.exists():
            self._known = _read(path)

    @staticmethod
    def key(encoder: str, corpus: str, learning: Sequence[str], settings: dict[str, Any], seed: int) -> str:
        """Return what a search is kept by."""
        parts = [_FORMAT, encoder, corpus, list(learning), settings, seed]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def get(self, key: str) -> str | None:
        found = self._known.get(key)
        return None if found is None else str(found["trigger"])

    def put(self, key: str, trigger: str, *, name: str, seed: int, corpus: str) -> None:
        """Keep a trigger; the file is replaced as a whole, so that a killed run leaves the one before."""
        self._known[key] = {"trigger": trigger, "search": name, "seed": seed, "corpus": corpus}
        if self._path is None:
            return
        whole = json.dumps({"format": _FORMAT, "triggers": self._known}, indent=1, sort_keys=True)
        beside = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(whole, encoding="utf-8")
            beside.replace(self._path)
        except OSError as error:
            raise InvalidInput(f"cannot write the triggers to {self._path}: {error.strerror or error}") from error


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        known = found["triggers"]
        if found["format"] != _FORMAT or not all(isinstance(each["trigger"], str) for each in known.values()):
            raise ValueError("another format")
    except OSError as error:
        raise InvalidInput(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(f"{path}: is no file of triggers ({error}); delete it or name another") from error
    return dict(known)
