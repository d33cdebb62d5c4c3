"""The costly detectors on one note, by the texts and vectors of all its keys; between transactions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from memsvc.domain.changes import Operation
from memsvc.domain.guarding import Assessment, Signal, Stage
from memsvc.domain.notes import Key, Note
from memsvc.guard.findings import Finding
from memsvc.guard.hubness import hubness
from memsvc.guard.model_file import GuardModel
from memsvc.guard.normalize import normalised
from memsvc.guard.surfaces import texts_to_examine
from memsvc.memory.guarding.accomplices import accomplice_of
from memsvc.memory.guarding.assessing import Assessor, content_signals
from memsvc.memory.guarding.calibrating import sort_of
from memsvc.memory.guarding.examining import examine
from memsvc.memory.guarding.sharing import Sharers, sharers_of_stored
from memsvc.memory.guarding.surroundings import Surroundings
from memsvc.memory.guarding.tools import limits_of
from memsvc.ports.embedding import Embedder, Vector
from memsvc.ports.storage import Reader

__all__ = ["Found", "Subject", "cheap_signals", "holding", "original_of", "probe", "signals_of", "subject_of"]


_KEYED_ANEW: Final = frozenset({Operation.CREATED, Operation.REKEYED, Operation.EVOLVED, Operation.REVERTED})
_COSTLY: Final = frozenset({Stage.PROBE, Stage.SCAN})


@dataclass(frozen=True, slots=True)
class Subject:
    """A note to probe, with its keys, their vectors by hash, and what it shares rare runs with."""

    note: Note
    original: str | None = field(repr=False)
    keys: tuple[Key, ...] = field(repr=False)
    vectors: Mapping[str, Vector] = field(repr=False)
    sharers: Sharers

    @property
    def texts(self) -> list[str]:
        return [key.text_in(self.note.content) for key in self.keys]


@dataclass(frozen=True, slots=True)
class Found:
    """A finding of a costly detector, in the text of the key with this ordinal, or in the note as a whole."""

    detector: str
    finding: Finding
    key: int | None = None


def subject_of(reader: Reader, model: GuardModel, note: Note) -> Subject | None:
    """Return what is needed of a note; None for one that waits for its keys."""
    keys = tuple(reader.keys(note.id))
    vectors: Mapping[str, Vector] = {}
    if reader.state is not None:
        vectors = reader.vectors.get_many(reader.state.model, [key.text_hash for key in keys])
    if not keys or len(vectors) < len({key.text_hash for key in keys}):
        return None
    examined = examine(model, normalised(note.content), original=None)
    return Subject(note, original_of(reader, note), keys, vectors, sharers_of_stored(reader, note, examined))


def original_of(reader: Reader, note: Note) -> str | None:
    """Return what was sent where that is not what is shown; of an old note that is its content."""
    sent = reader.guard.original(note.id)
    return note.content if sent is None and normalised(note.content) != note.content else sent


def holding(reader: Reader, note: Note, assessed: Sequence[Assessment], *, model: str) -> Assessment | None:
    """Return the last assessment by the costly detectors, of this model, keys and metadata."""
    keyed = max(
        (
            change.at
            for change in reader.history(note.id)
            if change.operation in _KEYED_ANEW or "metadata" in change.patch
        ),
        default=note.ingest_time,
    )
    held = [
        each
        for each in assessed
        if each.stage in _COSTLY and each.model == model and each.at >= keyed and not each.degraded
    ]
    return max(held, key=lambda each: each.at, default=None)


def probe(subject: Subject, surroundings: Surroundings, model: GuardModel, embedder: Embedder) -> list[Found]:
    """Ask the detectors that embed; raises EmbedderUnavailable."""
    keys = np.stack([subject.vectors[key.text_hash] for key in subject.keys])
    nearest = surroundings.nearest_but(subject.note.row)
    texts = subject.texts
    transplant = [
        Found("transplant", surroundings.transplant.examine(texts[place], keys, nearest), place)
        for place in texts_to_examine(texts)
    ]
    found = sorted(transplant, key=lambda each: -each.finding.score)[:1]
    if surroundings.sentinels is not None:
        found.append(Found("hubness", hubness(keys, surroundings.sentinels, surroundings.scale)))
    if subject.sharers.texts and (run := model.runs.rarest(subject.note.content, subject.sharers.texts)):
        mine, *theirs = embedder.embed([run.remainder or " ", *(text or " " for text in run.partners)])
        if theirs:
            found.append(Found("run_vectors", model.runs.with_vectors(run, mine, np.stack(theirs))))
    return found


def signals_of(reader: Reader, assessor: Assessor, note: Note, found: Sequence[Found]) -> list[Signal]:
    """Return the findings as signals, without those that found nothing."""
    sort = sort_of(note.kind, note.content)
    return [
        assessor.signal(reader, sort, each.detector, each.finding, key=each.key)
        for each in found
        if each.finding.score > 0
    ]


def cheap_signals(reader: Reader, assessor: Assessor, subject: Subject) -> list[Signal]:
    """Return what the cheap detectors say of a stored note by now: others may share its rare words since, or have
    been quarantined for them.
    """
    note, model, text = subject.note, assessor.model, normalised(subject.note.content)
    examined = examine(model, text, original=subject.original, metadata=note.metadata)
    findings = dict(examined.findings)
    if subject.sharers.texts:
        findings["runs"] = model.runs.shared_run(text, subject.sharers.texts)
    alpha = limits_of(assessor.policy).alpha
    hidden = subject.sharers.quarantined
    findings["accomplice"] = accomplice_of(
        reader, model.runs, examined, hidden, trust=note.trust, alpha=alpha, but=note.id
    )
    principals = subject.sharers.principals | {note.principal}
    return content_signals(reader, assessor, sort_of(note.kind, note.content), findings, principals=principals)
