"""What commands print: lines for people, or one JSON object and nothing else."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["one_line", "report", "say"]


def report(result: Mapping[str, Any], lines: Iterable[str], *, as_json: bool) -> None:
    """Print the result as JSON, or the lines."""
    if as_json:
        sys.stdout.write(json.dumps(result) + "\n")
    else:
        for line in lines:
            sys.stdout.write(line + "\n")
    sys.stdout.flush()


def one_line(text: str) -> str:
    """Return the text on one line without control characters, so that no stored text can steer a terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(text.split()))


def say(line: str) -> None:
    """Print a line for people to standard error."""
    sys.stderr.write(one_line(line) + "\n")
