"""The evidence of a question: dia_ids, which the file does not always write as such."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

__all__ = ["normal_dia_id", "parse_evidence"]

_DIA_ID = re.compile(r"D:?([0-9]{1,9}):([0-9]{1,9})")


def normal_dia_id(text: str) -> str | None:
    """Return the id as `D<session>:<turn>` without leading zeros, None for what is no single id."""
    match = _DIA_ID.fullmatch(text.strip())
    return _normal(*match.groups()) if match else None


def parse_evidence(entries: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """Return the turns that the entries name, each once, in their order; ids not in `known` are left out.

    An entry may hold several ids (`D8:6; D9:17`), a stray colon (`D:11:26`), leading zeros (`D30:05`) or no
    number at all (`D`).
    """
    found = (_normal(*pair) for entry in entries for pair in _DIA_ID.findall(entry))
    return tuple(dict.fromkeys(dia_id for dia_id in found if dia_id in known))


def _normal(session: str, turn: str) -> str:
    return f"D{int(session)}:{int(turn)}"
