"""The triggers of a file, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

from memsvc.errors import InvalidInput

__all__ = ["read_triggers"]

_MOST = 200
_MOST_WORDS = 40


def read_triggers(path: Path) -> tuple[str, ...]:
    """Return the triggers of a JSON list of strings, each once; raises InvalidInput that names the wrong one."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInput(f"cannot read {path}: {error.strerror or error}") from error
    except ValueError as error:
        raise InvalidInput(f"{path.name}: not valid JSON ({error})") from error
    if not isinstance(found, list) or not found:
        raise InvalidInput(f"{path.name}: must be a JSON list of strings with at least one trigger")
    if len(found) > _MOST:
        raise InvalidInput(f"{path.name}: has {len(found)} triggers; at most {_MOST} are measured in one run")
    for number, each in enumerate(found):
        if not isinstance(each, str) or not each.split():
            raise InvalidInput(f"{path.name}: item {number}: must be a string that is not empty")
        if len(each.split()) > _MOST_WORDS:
            raise InvalidInput(f"{path.name}: item {number}: has {len(each.split())} words, over {_MOST_WORDS}")
    return tuple(dict.fromkeys(" ".join(each.split()) for each in found))
