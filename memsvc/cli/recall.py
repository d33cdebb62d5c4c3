"""`memsvc recall`: ask the memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from memsvc.cli import options
from memsvc.cli.connection import Target, connected
from memsvc.cli.output import one_line, report, say

if TYPE_CHECKING:
    from memsvc.wire import Hit, RecallResponse

__all__ = ["lines_of", "recall"]

_SNIPPET = 300


class ModeOption(StrEnum):
    HYBRID = "hybrid"
    DENSE = "dense"
    LEXICAL = "lexical"


class LevelOption(StrEnum):
    NOTE = "note"
    SESSION = "session"


def recall(
    text: Annotated[str, typer.Argument(help="What to look for.")],
    namespace: options.Namespace = "default",
    k: Annotated[int, typer.Option("--k", "-k", min=1, max=1000, help="How many to return.")] = 5,
    mode: Annotated[ModeOption, typer.Option(help="Which arms search.")] = ModeOption.HYBRID,
    level: Annotated[LevelOption, typer.Option(help="Notes, or whole sessions.")] = LevelOption.NOTE,
    since: Annotated[datetime | None, typer.Option(help="Only what happened then (UTC) or later.")] = None,
    until: Annotated[datetime | None, typer.Option(help="Only what happened before (UTC).")] = None,
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Ask the memory and print the best answers."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        answer = client.recall(
            text, k=k, mode=mode.value, level=level.value, event_from=_utc(since), event_to=_utc(until)
        )
    for reason in answer.degraded:
        say(f"memsvc: degraded: {reason}")
    report(answer.model_dump(mode="json"), lines_of(answer), as_json=json)


def _utc(moment: datetime | None) -> datetime | None:
    from memsvc.domain.time import utc

    return None if moment is None else utc(moment)


def lines_of(answer: RecallResponse) -> Iterator[str]:
    """Yield the lines that people read: rank, date, score and the beginning of the text."""
    if not answer.hits and not answer.sessions:
        yield "nothing found"
    for rank, hit in enumerate(answer.hits, start=1):
        yield _line(f"{rank}.", hit)
    for rank, found in enumerate(answer.sessions, start=1):
        yield f"{rank}. session {found.session.id} of {found.session.started_at:%Y-%m-%d}  {found.score:.3f}"
        for hit in found.hits:
            yield _line("   -", hit)


def _line(mark: str, hit: Hit) -> str:
    text = one_line(hit.note.content)
    shown = text if len(text) <= _SNIPPET else text[: _SNIPPET - 1] + "…"
    return f"{mark} {hit.note.event_time:%Y-%m-%d}  {hit.score:.3f}  {shown}"
