"""`memsvc recall`: ask the memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from json import loads
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from memsvc.cli import options
from memsvc.cli.answers import lines_of
from memsvc.cli.connection import Target, connected
from memsvc.cli.output import report, say
from memsvc.domain.notes import Kind
from memsvc.domain.recall import Level, Mode
from memsvc.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from memsvc.client import Client
    from memsvc.wire import RecallResponse

__all__ = ["recall"]

_FORMATS: Final = (
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%S",
    *(f"%Y-%m-%dT{time}{zone}" for time in ("%H:%M", "%H:%M:%S") for zone in ("", "%z")),
)


def _moment(help: str) -> Any:
    return typer.Option(help=help, metavar="TIME", formats=list(_FORMATS))


def recall(
    text: Annotated[str, typer.Argument(help="What to look for.")],
    namespace: options.Namespace = "default",
    k: Annotated[int, typer.Option("--k", "-k", min=1, max=1000, help="How many to return.")] = 5,
    mode: Annotated[Mode, typer.Option(help="Which arms search.")] = Mode.HYBRID,
    level: Annotated[Level, typer.Option(help="Notes, or whole sessions.")] = Level.NOTE,
    filter: Annotated[
        str | None,
        typer.Option(
            help='Condition as JSON: {"field": "metadata.tag", "op": "eq", "value": "a"}.', metavar="JSON"
        ),
    ] = None,
    kind: Annotated[list[Kind] | None, typer.Option(help="Only notes of this kind; may be repeated.")] = None,
    since: Annotated[datetime | None, _moment("Only what happened then (UTC) or later.")] = None,
    until: Annotated[datetime | None, _moment("Only what happened before (UTC).")] = None,
    as_of: Annotated[datetime | None, _moment("What held at that time (UTC).")] = None,
    known_at: Annotated[datetime | None, _moment("What the service knew then (UTC).")] = None,
    asked_at: Annotated[
        datetime | None, _moment('When the question is asked (now): says which week "last week" is.')
    ] = None,
    min_score: Annotated[float | None, typer.Option(help="Leave out answers below this score.")] = None,
    token_budget: Annotated[
        int | None, typer.Option(min=1, help="Bound on the estimated tokens of all answers.")
    ] = None,
    neighbours: Annotated[
        int, typer.Option(min=0, max=20, help="So many notes of the session before and after each answer.")
    ] = 0,
    probes: Annotated[
        int, typer.Option(min=1, max=4096, help="With --mode tim: into how many groups of thoughts to look.")
    ] = 1,
    quoted: Annotated[
        str | None,
        typer.Option(help="Words of a tool, page or document in the question: what only they find is evidence."),
    ] = None,
    full_only: Annotated[bool, typer.Option("--full-only", help="Leave out what is evidence only.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show rank and score in each arm.")] = False,
    cursor: Annotated[
        str | None, typer.Option(help="Go on where an earlier answer to the same question ended.")
    ] = None,
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Ask the memory and print the best answers.

    A TIME is a day, or a day and a time, in UTC unless it says otherwise: 2023-05-30, 2023-05-30T12:00+02:00.
    When there are more, the cursor for --cursor is printed to standard error (with --json: `next`).
    """
    condition = None if filter is None else _condition(filter)
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        answer = client.recall(
            text if quoted is None else None,
            spans=None if quoted is None else _spans(text, quoted),
            full_only=full_only,
            k=k,
            mode=mode.value,
            level=level.value,
            filter=condition,
            kinds=[each.value for each in kind] if kind else None,
            event_from=_utc(since),
            event_to=_utc(until),
            as_of=_utc(as_of),
            known_at=_utc(known_at),
            asked_at=_utc(asked_at),
            min_score=min_score,
            token_budget=token_budget,
            neighbours=neighbours,
            explain=explain,
            probes=probes,
            cursor=cursor,
        )
        absent = not answer.hits and not answer.sessions and _is_absent(client)
    if absent:
        say(f"memsvc: nothing found (the namespace `{namespace}` does not exist)")
    _show(answer, () if absent else lines_of(answer), as_json=json)


def _spans(text: str, quoted: str) -> list[Mapping[str, Any]]:
    return [{"text": text, "origin": "direct_user"}, {"text": quoted, "origin": "untrusted_document"}]


def _show(answer: RecallResponse, lines: Iterable[str], *, as_json: bool) -> None:
    for reason in answer.degraded:
        say(f"memsvc: degraded: {reason}")
    for flag in answer.flags:
        say(f"memsvc: the question is flagged by {flag.detector} (p {flag.p:.2g}): {flag.why}")
    report(answer.model_dump(mode="json"), lines, as_json=as_json)
    if answer.next is not None and not as_json:
        say(f"memsvc: there is more; go on with --cursor {answer.next}")


def _condition(text: str) -> Mapping[str, Any]:
    try:
        condition = loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"--filter is not valid JSON: {error}") from None
    if not isinstance(condition, dict):
        raise InvalidInput('--filter must be a JSON object: {"field": "metadata.tag", "op": "eq", "value": "a"}')
    return condition


def _is_absent(client: Client) -> bool:
    try:
        client.stats()
    except NotFound:
        return True
    return False


def _utc(moment: datetime | None) -> datetime | None:
    from memsvc.domain.time import utc

    try:
        return None if moment is None else utc(moment)
    except OverflowError:
        raise InvalidInput(f"{moment} is out of range in UTC") from None
