"""Observations: what a language model of the authors noted of each session, with the turns that say so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set

from memsvc_evals.locomo.conversation import Observation
from memsvc_evals.locomo.evidence import parse_evidence
from memsvc_evals.locomo.fields import fail, list_at, object_at

__all__ = ["parse_observations"]


def parse_observations(
    fields: Mapping[str, object], sessions: Sequence[int], known: Set[str], where: str
) -> tuple[Observation, ...]:
    """Return those of the sessions given that name an existing turn; none when the file has no observations.

    Raises InvalidInput that names the field.
    """
    if fields.get("observation") is None:
        return ()
    where = f"{where}: observation"
    noted = object_at(fields["observation"], where)
    return tuple(found for session in sessions for found in _of_session(noted, session, known, where))


def _of_session(noted: Mapping[str, object], session: int, known: Set[str], where: str) -> Iterator[Observation]:
    field = f"session_{session}_observation"
    if noted.get(field) is None:
        return
    of_speakers = object_at(noted[field], f"{where}.{field}")
    for speaker in of_speakers:
        for place, entry in enumerate(list_at(of_speakers, speaker, f"{where}.{field}")):
            text, evidence = _entry(entry, f"{where}.{field}.{speaker}[{place}]")
            turns = parse_evidence(evidence, known)
            if turns:
                yield Observation(session, text, turns)


def _entry(entry: object, where: str) -> tuple[str, list[str]]:
    """Return text and ids of `[text, id]` or `[text, [id, ...]]`."""
    if not isinstance(entry, list) or len(entry) != 2 or not isinstance(entry[0], str) or not entry[0].strip():
        fail(where, "must be a list of a text and the ids of turns")
    ids = entry[1] if isinstance(entry[1], list) else [entry[1]]
    return entry[0], [str(each) for each in ids]
