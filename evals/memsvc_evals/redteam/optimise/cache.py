"""Triggers found before, in one JSON file."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from memsvc.errors import InvalidInput

__all__ = ["Kept", "TriggerCache"]

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Kept:
    """A trigger, and whether it met the target constraint; None for one that was found without."""

    trigger: str
    met: bool | None = None


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

    def get(self, key: str) -> Kept | None:
        found = self._known.get(key)
        return None if found is None else Kept(found["trigger"], found.get("met"))

    def put(self, key: str, kept: Kept, *, name: str, seed: int, corpus: str) -> None:
        """Keep a trigger; the file is replaced as a whole, so that a killed run leaves the one before."""
        met = {} if kept.met is None else {"met": kept.met}
        self._known[key] = {"trigger": kept.trigger, "search": name, "seed": seed, "corpus": corpus, **met}
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
