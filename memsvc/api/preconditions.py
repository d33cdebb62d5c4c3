"""Strong ETags: the version of a note in quotes."""

from __future__ import annotations

import re

from memsvc.errors import PreconditionFailed

__all__ = ["etag", "expected_version", "unchanged"]

_STRONG = re.compile(r'"(\d{1,18})"')


def etag(version: int) -> str:
    return f'"{version}"'


def expected_version(if_match: str | None) -> int | None:
    """Return the version that If-Match names; None when it is absent or `*`.

    Raises PreconditionFailed for anything else: it can match no version.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    match = _STRONG.fullmatch(if_match.strip())
    if match is None:
        raise PreconditionFailed('If-Match must be the ETag of the note as it was read, such as "3", or *')
    return int(match[1])


def unchanged(if_none_match: str | None, version: int) -> bool:
    """Return whether the client has this version already."""
    if if_none_match is None:
        return False
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in tags or etag(version) in tags
