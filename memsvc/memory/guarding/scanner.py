"""How a scan assesses one note: by what is kept of it, or by every detector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from memsvc.domain.guarding import Assessment, Stage
from memsvc.domain.notes import Note
from memsvc.domain.scope import Scope
from memsvc.guard.normalize import normalised
from memsvc.memory.context import Context
from memsvc.memory.guarding.all_shared import AllShared
from memsvc.memory.guarding.assessing import Assessor
from memsvc.memory.guarding.probes import (
    Found,
    Subject,
    cheap_signals,
    holding,
    original_of,
    probe,
    signals_of,
    subject_of,
)
from memsvc.memory.guarding.surroundings import Surroundings
from memsvc.memory.guarding.writers import trust_at_writing
from memsvc.ports.storage import Reader

__all__ = ["COSTLY", "Scanner"]

COSTLY: Final = ("transplant", "hubness", "run_vectors")
"""The detectors that embed."""


@dataclass(frozen=True, slots=True)
class Scanner:
    """A scan at work; what it has found harmless counts as cleared for what comes after."""

    context: Context
    scope: Scope
    assessor: Assessor
    shared: AllShared = field(repr=False)
    surroundings: Surroundings | None

    def knowing(self, rows: Sequence[int]) -> Scanner:
        if self.surroundings is None:
            return self
        cleared = np.union1d(self.surroundings.cleared, np.array(rows, np.int64))
        return replace(self, surroundings=replace(self.surroundings, cleared=cleared))

    def assess(self, note: Note) -> Assessment:
        with self.context.storage.reader(self.scope) as reader:
            assessed = reader.guard.assessments([note.id]).get(note.id, ())
            known = holding(reader, note, assessed, model=self.assessor.model.version)
            subject = self._subject(reader, note)
        costly = [each for each in known.signals if each.detector in COSTLY] if known else []
        found: Sequence[Found] = ()
        broken = () if known else COSTLY
        if known is None and self.surroundings is not None and subject.keys:
            broken = ()
            found = probe(subject, self.surroundings, self.assessor.model, self.context.embedder)
        with self.context.storage.reader(self.scope) as reader:
            signals = [
                *cheap_signals(reader, self.assessor, subject),
                *costly,
                *signals_of(reader, self.assessor, note, found),
            ]
            return self.assessor.assessment(
                Stage.SCAN,
                signals,
                trust=trust_at_writing(note, assessed),
                at=self.context.clock(),
                broken=broken,
                may_block=False,
            )

    def _subject(self, reader: Reader, note: Note) -> Subject:
        sharers = self.shared.sharers(reader, self.assessor.model, note, normalised(note.content))
        subject = subject_of(reader, self.assessor.model, note)
        if subject is None:
            return Subject(note, original_of(reader, note), (), {}, sharers)
        quarantined = {each.id: each for each in (*sharers.quarantined, *subject.sharers.quarantined)}
        return replace(subject, sharers=replace(sharers, quarantined=tuple(quarantined.values())))
