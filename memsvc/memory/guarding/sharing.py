"""Which other notes share rare runs of words with new ones, of the store and of the same request.

Only notes that are trusted as much count: else whoever quotes a user's note in a document could have it hidden.
What was said in the same session does not: people say a thing again, and models more so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from memsvc.domain.ids import NoteId, SessionId
from memsvc.domain.notes import Note, Status
from memsvc.memory.guarding.examining import Examined
from memsvc.ports.storage import Reader

__all__ = ["Sharers", "is_elsewhere", "sharers_of", "sharers_of_stored"]

_MOST: Final = 4
_LOOKED_AT: Final = 12
_PER_SHINGLE: Final = 8
_Key: TypeAlias = tuple[bool, int]
"""Whether a note is stored; its row then, else its place in the request."""


@dataclass(frozen=True, slots=True)
class Sharers:
    """The notes that share most with a text, at most 4: their texts, and who has written them.

    `stored` are the ids of those that are in the store and are trusted no more than the text. `quarantined` are
    further notes, of any session, at most 4 and those that it is looked at beside: they may have accomplices, and
    no more.
    """

    texts: tuple[str, ...] = field(default=(), repr=False)
    principals: frozenset[str] = frozenset()
    stored: tuple[NoteId, ...] = ()
    quarantined: tuple[Note, ...] = field(default=(), repr=False)

    def beside(self, notes: Sequence[Note]) -> Sharers:
        """Return them with further notes."""
        texts = (*self.texts, *(note.content for note in notes))
        principals = self.principals | {note.principal for note in notes}
        quarantined = {note.id: note for note in (*self.quarantined, *notes) if note.status is Status.QUARANTINED}
        return replace(self, texts=texts, principals=principals, quarantined=tuple(quarantined.values()))


@dataclass(frozen=True, slots=True)
class _Drafts:
    """The texts of a request, with the session of each, and who sends them."""

    contents: Sequence[str] = field(default=(), repr=False)
    sessions: Sequence[SessionId | None] = ()
    principal: str = ""


def sharers_of(
    reader: Reader,
    contents: Sequence[str],
    examined: Sequence[Examined],
    *,
    trusts: Sequence[float],
    sessions: Sequence[SessionId | None],
    principal: str,
) -> list[Sharers]:
    """Return what shares rare runs with each text of a request: notes, and other texts of `principal`."""
    hashes = [_hashes(each) for each in examined]
    together = {trust: _together(hashes, trusts, least=trust) for trust in set(trusts)}
    alike = {trust: _with_trust(hashes, trusts, trust) for trust in together}
    stored = {trust: _stored(reader, alike[trust], least=trust) for trust in together}
    hidden = {trust: _stored(reader, alike[trust], least=trust, quarantined=True) for trust in together}
    chosen = [
        _chosen(own, stored[trust], together[trust], place)
        for place, (own, trust) in enumerate(zip(hashes, trusts, strict=True))
    ]
    behind = [
        _chosen(own, hidden[trust], {}, place)[:_MOST]
        for place, (own, trust) in enumerate(zip(hashes, trusts, strict=True))
    ]
    notes = _notes(reader, (*chosen, *behind))
    drafts = _Drafts(contents, sessions, principal)
    return [
        _sharers(notes, drafts, keys, hidden, session=session, trust=trust)
        for keys, hidden, session, trust in zip(chosen, behind, sessions, trusts, strict=True)
    ]


def sharers_of_stored(reader: Reader, note: Note, examined: Examined) -> Sharers:
    """Return the other notes that share rare runs with a stored one."""
    hashes = _hashes(examined)
    keys = _chosen(hashes, _stored(reader, hashes, least=note.trust), {}, -1, but=note.row)
    held = _stored(reader, hashes, least=note.trust, quarantined=True)
    hidden = _chosen(hashes, held, {}, -1, but=note.row)[:_MOST]
    notes = _notes(reader, (keys, hidden))
    return _sharers(notes, _Drafts(), keys, hidden, session=note.session, trust=note.trust)


def _sharers(
    notes: Mapping[int, Note],
    drafts: _Drafts,
    keys: Sequence[_Key],
    hidden: Sequence[_Key],
    *,
    session: SessionId | None,
    trust: float,
) -> Sharers:
    """Return of what shares most the first that was not said in the session; and the hidden notes, all of them."""
    sessions = [notes[each].session if is_stored else drafts.sessions[each] for is_stored, each in keys]
    chosen = [key for key, other in zip(keys, sessions, strict=True) if is_elsewhere(other, session)][:_MOST]
    stored = [notes[row] for is_stored, row in chosen if is_stored]
    together = [drafts.contents[place] for is_stored, place in chosen if not is_stored]
    return Sharers(
        (*(note.content for note in stored), *together),
        frozenset([*(note.principal for note in stored), *([drafts.principal] if together else [])]),
        tuple(note.id for note in stored if note.trust <= trust),
        tuple(notes[row] for _, row in hidden),
    )


def is_elsewhere(session: SessionId | None, other: SessionId | None) -> bool:
    """Return whether what was said in one session is not said in the other; without a session it never is."""
    return session is None or session != other


def _notes(reader: Reader, chosen: Iterable[Sequence[_Key]]) -> dict[int, Note]:
    rows = sorted({row for keys in chosen for is_stored, row in keys if is_stored})
    return {note.row: note for note in reader.notes_by_row(rows)} if rows else {}


def _hashes(examined: Examined) -> set[int]:
    return {shingle.hash for shingle in examined.shingles}


def _with_trust(hashes: Sequence[set[int]], trusts: Sequence[float], trust: float) -> set[int]:
    return set().union(*(own for own, each in zip(hashes, trusts, strict=True) if each == trust))


def _stored(
    reader: Reader, hashes: set[int], *, least: float, quarantined: bool = False
) -> Mapping[int, Sequence[int]]:
    """Return the rows of notes with each shingle, one more than count: the note that is asked for may be one."""
    if not hashes:
        return {}
    most = _PER_SHINGLE + 1
    return reader.guard.sharing(sorted(hashes), most=most, least_trust=least, quarantined=quarantined)


def _together(hashes: Sequence[set[int]], trusts: Sequence[float], *, least: float) -> Mapping[int, Sequence[int]]:
    """Return the places of the first texts of the request with each shingle, of those that are trusted so much."""
    found: dict[int, list[int]] = {}
    for place, (own, trust) in enumerate(zip(hashes, trusts, strict=True)):
        for each in own if trust >= least else ():
            places = found.setdefault(each, [])
            if len(places) <= _PER_SHINGLE:
                places.append(place)
    return found


def _chosen(
    hashes: set[int],
    stored: Mapping[int, Sequence[int]],
    together: Mapping[int, Sequence[int]],
    place: int,
    *,
    but: int | None = None,
) -> list[_Key]:
    """Return which notes, and which drafts but the own, share most shingles, most first."""
    counts: Counter[_Key] = Counter()
    for each in hashes:
        counts.update((True, row) for row in stored.get(each, ()) if row != but)
        counts.update((False, other) for other in together.get(each, ()) if other != place)
    return [key for key, _ in counts.most_common(_LOOKED_AT)]
