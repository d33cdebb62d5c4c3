"""The strings of metadata: examined and shown like content, and stored as they were sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from memsvc.domain.notes import Json
from memsvc.guard.normalize import normalised

__all__ = ["shown_metadata", "strings_in"]


def strings_in(value: Json) -> Iterator[str]:
    """Yield every string of a JSON value, names of members too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield name
            yield from strings_in(each)
    elif isinstance(value, Sequence):
        for each in value:
            yield from strings_in(each)


def shown_metadata(metadata: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return metadata with its strings normalised; the same object where that changes none."""
    if all(normalised(each) == each for each in strings_in(metadata)):
        return metadata
    return {normalised(name): _shown(each) for name, each in metadata.items()}


def _shown(value: Json) -> Json:
    if isinstance(value, str):
        return normalised(value)
    if isinstance(value, Mapping):
        return {normalised(name): _shown(each) for name, each in value.items()}
    if isinstance(value, Sequence):
        return [_shown(each) for each in value]
    return value
