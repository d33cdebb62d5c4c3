"""At how many keys a namespace takes which form, and how much of it may wait in RAM."""

from __future__ import annotations

from dataclasses import dataclass

from memsvc_stores.vectors.layout import Form

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Up to `exact_keys` a namespace has no files, up to `flat_keys` it is flat, above it is paged.

    On the way down a form is kept until three quarters of the limit, so that a namespace at the limit does not
    change with each note. `tail_bytes` of unsaved keys are saved at once.
    """

    exact_keys: int
    flat_keys: int
    tail_bytes: int

    def stored(self, keys: int, *, now: bool) -> bool:
        """Say whether a namespace of so many keys has files; `now` says whether it has."""
        return keys > (self.exact_keys * 3 // 4 if now else self.exact_keys)

    def form(self, keys: int, *, now: Form) -> Form:
        """Return the stored form for so many keys; `now` is the present one."""
        limit = self.flat_keys * 3 // 4 if now == "paged" else self.flat_keys
        return "paged" if keys > limit else "flat"
