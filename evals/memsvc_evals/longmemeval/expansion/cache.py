"""The official cache of expansions: one JSON object `{id: str | list[str] | null}`."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from memsvc.errors import InvalidInput
from memsvc_evals.longmemeval.expansion.options import Expansion

__all__ = ["ExpansionCache", "cache_id", "check_path", "make_cache", "read_cache", "write_cache"]


@dataclass(frozen=True, slots=True)
class ExpansionCache:
    """Expansions by cache id; None is a failed extraction. Raises InvalidInput unless all fit `expansion`."""

    expansion: Expansion
    entries: Mapping[str, tuple[str, ...] | None]

    def __post_init__(self) -> None:
        for name, texts in self.entries.items():
            if texts is not None and len(texts) != 1 and not self.expansion.is_facts:
                raise InvalidInput(f"entry {name!r}: {self.expansion} takes one text, not {len(texts)}")

    def get(self, identity: str) -> tuple[str, ...] | None:
        """Return the texts of a session or turn id of the data file, None where there are none."""
        return self.entries.get(cache_id(identity))


def cache_id(identity: str) -> str:
    """Return an id of the data file as the caches spell it, without the label in it."""
    return identity.replace("answer_", "").replace("noans_", "")


def make_cache(expansion: Expansion, extracted: Mapping[str, Sequence[str] | None]) -> ExpansionCache:
    """Return a cache of what was extracted by id of the data file (turns: `<session>_<k>`, k from 1).

    Raises InvalidInput where two ids that differ only in their label hold different texts.
    """
    entries: dict[str, tuple[str, ...] | None] = {}
    for identity, texts in extracted.items():
        entry = None if texts is None else tuple(texts)
        if entries.setdefault(cache_id(identity), entry) != entry:
            raise InvalidInput(
                f"entry {cache_id(identity)!r}: {identity!r} and another id give it different texts"
            )
    return ExpansionCache(expansion, entries)


def check_path(path: Path, expansion: Expansion) -> None:
    """Raise InvalidInput unless the path contains the expansion's name, as the official code asks."""
    if expansion not in str(path):
        raise InvalidInput(f"cache {path}: its path must contain {expansion}, the expansion it holds")


def read_cache(path: Path, expansion: Expansion) -> ExpansionCache:
    """Read a cache file; raises InvalidInput that names the file and the entry."""
    check_path(path, expansion)
    try:
        data = json.loads(path.read_bytes(), object_pairs_hook=_unique)
        if not isinstance(data, dict):
            raise InvalidInput(f"must be one JSON object of expansions by id, not {type(data).__name__}")
        entries = {name: _texts(value, name, expansion) for name, value in data.items()}
        return ExpansionCache(expansion, entries)
    except OSError as error:
        raise InvalidInput(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{path.name}: not valid JSON ({error}); is it cut off?") from error
    except InvalidInput as error:
        raise InvalidInput(f"{path.name}: {error.detail}") from None


def write_cache(path: Path, cache: ExpansionCache) -> None:
    """Write the file that `read_cache` and the official code read, whole or not at all.

    Raises InvalidInput if the path lacks the expansion's name or cannot be written.
    """
    check_path(path, cache.expansion)
    data = {name: _official(texts, cache.expansion) for name, texts in cache.entries.items()}
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        unfinished.write_text(json.dumps(data), encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise InvalidInput(f"cannot write {path}: {error.strerror or error}") from error


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    data: dict[str, object] = {}
    for name, value in pairs:
        if name in data:
            raise InvalidInput(f"entry {name!r}: is there twice")
        data[name] = value
    return data


def _texts(value: object, name: str, expansion: Expansion) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, str | list):
        found = type(value).__name__
        raise InvalidInput(f"entry {name!r}: must be a string, a list of strings or null, not a {found}")
    return tuple(_text(one, name, expansion) for one in (value if isinstance(value, list) else [value]))


def _text(value: object, name: str, expansion: Expansion) -> str:
    """Return a text; of facts the official code takes `str` of whatever the model put into the list."""
    if not isinstance(value, str) and not expansion.is_facts:
        raise InvalidInput(f"entry {name!r}: holds a {type(value).__name__} instead of a text")
    text = str(value)
    if not _is_utf8(text):
        raise InvalidInput(f"entry {name!r}: holds half of a surrogate pair")
    return text


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _official(texts: tuple[str, ...] | None, expansion: Expansion) -> str | list[str] | None:
    if texts is None:
        return None
    return list(texts) if expansion.is_facts else texts[0]
