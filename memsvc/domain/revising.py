"""How a note changes: status and metadata, and what the journal keeps of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from memsvc.domain.attributes import Attributes
from memsvc.domain.changes import Change, Operation
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Json, Note, Status
from memsvc.domain.selection import HOLDING, VISIBLE

__all__ = ["StatusChange", "attributes_difference", "changed_by", "difference", "last_standing", "returning"]

_REPLACED = frozenset({Operation.SUPERSEDED, Operation.MERGED})
_BY_ANOTHER = frozenset({Status.SUPERSEDED, Status.MERGED})
_RETURNS = frozenset({Operation.RESTORED, Operation.RELEASED, Operation.ROLLED_BACK})
_JOURNALLED = ("status", "valid_to", "expired_at", "superseded_by", "metadata")


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A change of status of one note, with everything that follows from it.

    `expected_version` None means any. A supersession or merge sets `valid_to` and `superseded_by` as given and
    `expired_at` to `at`, as does a rollback to one of their statuses; a restoration, release or rollback to a
    visible status, or a rollback to forgotten, clears the three; other changes leave them.
    """

    note: NoteId
    operation: Operation
    status: Status
    at: datetime
    actor: str
    reason: str | None = None
    expected_version: int | None = None
    valid_to: datetime | None = None
    superseded_by: NoteId | None = None


def changed_by(change: StatusChange, note: Note) -> Note:
    """Return the note after a change of status."""
    after = note._replace(status=change.status, version=note.version + 1)
    rolled_back = change.operation is Operation.ROLLED_BACK
    if change.operation in _REPLACED or (rolled_back and change.status in _BY_ANOTHER):
        return after._replace(valid_to=change.valid_to, superseded_by=change.superseded_by, expired_at=change.at)
    forgotten_alone = rolled_back and change.status is Status.FORGOTTEN
    if forgotten_alone or (change.operation in _RETURNS and change.status in VISIBLE):
        return after._replace(valid_to=None, superseded_by=None, expired_at=None)
    return after


def difference(before: Note, after: Note, *, reason: str | None = None) -> dict[str, Json]:
    """Return the journal's patch: each changed field with its old and new value, and the reason if given."""
    patch: dict[str, Json] = {
        name: {"old": _plain(getattr(before, name)), "new": _plain(getattr(after, name))}
        for name in _JOURNALLED
        if getattr(before, name) != getattr(after, name)
    }
    if reason is not None:
        patch["reason"] = {"old": None, "new": reason}
    return patch


def last_standing(history: Iterable[Change]) -> Status:
    """Return the last status in which a note held its place: what it is again when what hid it is undone."""
    known = {status.value: status for status in HOLDING}
    found = Status.ACTIVE
    for change in history:
        status = change.patch.get("status")
        if isinstance(status, Mapping):
            found = known.get(str(status["old"]), found)
    return found


def returning(
    note: Note, history: Iterable[Change], *, holder: NoteId | None, at: datetime, actor: str
) -> StatusChange:
    """Return what becomes of a merged note whose successor is erased: it is again what it was before.

    `holder` is the note that has its place by now: then it counts as merged into that one.
    """
    reason = "the note that it was merged into was erased"
    if holder is not None:
        merged, valid_to = Operation.MERGED, note.valid_to
        return StatusChange(note.id, merged, Status.MERGED, at, actor, reason, None, valid_to, holder)
    was = [change.patch.get("status") for change in history if change.operation is Operation.MERGED]
    limited = bool(was) and was[-1] == {"old": Status.LIMITED.value, "new": Status.MERGED.value}
    return StatusChange(
        note.id, Operation.RESTORED, Status.LIMITED if limited else Status.ACTIVE, at, actor, reason
    )


def attributes_difference(
    before: Attributes | None, after: Attributes | None, *, keys: tuple[int, int], sources: Sequence[NoteId]
) -> dict[str, Json]:
    """Return the journal's patch of other attributes: all their parts, how many keys there were and are, and why.

    The parts are None where a note had or has no attributes, so that each earlier state can be put together.
    """
    old, new = _parts(before), _parts(after)
    patch: dict[str, Json] = {name: {"old": old[name], "new": new[name]} for name in old}
    patch["keys"] = {"old": keys[0], "new": keys[1]}
    patch["caused_by"] = {"old": None, "new": list(sources)}
    return patch


def _parts(attributes: Attributes | None) -> dict[str, Json]:
    if attributes is None:
        return dict.fromkeys(("keywords", "tags", "context", "method"))
    return {
        "keywords": list(attributes.keywords),
        "tags": list(attributes.tags),
        "context": attributes.context,
        "method": attributes.method.value,
    }


def _plain(value: Json | datetime) -> Json:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, StrEnum) else value
