"""What cannot be asked, said before anything is looked for."""

from __future__ import annotations

from memsvc.domain.recall import Mode, RecallQuery
from memsvc.errors import InvalidInput
from memsvc.memory.checks import Limits, check_query_text

__all__ = ["check_query"]

_MOST_NOTES = 1000
_MOST_PROBES = 4096


def check_query(query: RecallQuery, limits: Limits) -> None:
    """Raise InvalidInput when a question is blank, not made up of its spans, or out of range."""
    text = " ".join(span.text for span in query.spans) if query.spans else query.text
    check_query_text(text, limits)
    if query.spans and query.text not in ("", text):
        raise InvalidInput("/spans must make up the question, joined by single spaces; send either of the two")
    for name, value, low, high in (
        ("k", query.k, 1, 1000),
        ("neighbours", query.neighbours, 0, 20),
        ("offset", query.offset, 0, 1_000_000),
        ("probes", query.probes, 1, _MOST_PROBES),
    ):
        if not low <= value <= high:
            raise InvalidInput(f"/{name} must be {low} to {high}, not {value}")
    if query.probes != 1 and query.mode is not Mode.TIM:
        raise InvalidInput(
            f"/probes is for /mode tim, which looks into groups, not for {query.mode}; leave it out"
        )
    if (most := query.k * (1 + 2 * query.neighbours)) > _MOST_NOTES:
        raise InvalidInput(
            f"/neighbours {query.neighbours} with /k {query.k} may give {most} notes; "
            f"k * (1 + 2 * neighbours) must be at most {_MOST_NOTES}"
        )
