"""Where policies, and the counts that they go by, are kept; each a property of a Reader and of a Writer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from memsvc.domain.ids import NoteId
from memsvc.domain.policies import Policy, PolicyVersion
from memsvc.domain.strengths import Holding, Strength

__all__ = ["Policies", "ReadPolicies", "ReadStrengths", "Strengths"]


class ReadPolicies(Protocol):
    def current(self) -> PolicyVersion | None:
        """Return the policy in force, or None when none was ever put."""

    def history(self) -> list[PolicyVersion]:
        """Return every version, oldest first."""


class Policies(ReadPolicies, Protocol):
    def put(self, policy: Policy, *, expected_version: int | None, at: datetime, actor: str) -> PolicyVersion:
        """Put the next version in force; versions count from 1, and `expected_version` 0 means none yet.

        Raises PreconditionFailed when another version is in force than expected; None means any.
        """


class ReadStrengths(Protocol):
    def of(self, notes: Sequence[NoteId]) -> list[Strength]:
        """Return the counts of the notes that exist, by ascending row."""

    def of_rows(self, rows: Sequence[int]) -> list[Strength]:
        """Return the counts of the notes that exist in these rows, by ascending row."""

    def holdings(self, *, after_row: int, limit: int) -> list[Holding]:
        """Return visible and pending notes by ascending row."""


class Strengths(ReadStrengths, Protocol):
    def sighted(self, notes: Sequence[NoteId], *, at: datetime) -> None:
        """Count that notes were told again, each as often as it is named; unknown ones are ignored."""

    def unsighted(self, counts: Mapping[NoteId, int]) -> None:
        """Take sightings back, but for a note's first one; unknown notes are ignored."""

    def recalled(self, counts: Mapping[NoteId, int], *, at: datetime) -> None:
        """Count recalls; unknown notes are ignored."""
