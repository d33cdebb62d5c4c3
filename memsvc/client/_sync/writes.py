"""Methods that change the memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Unpack

from memsvc.client import _writing as calls
from memsvc.client._options import ItemOptions, SessionOptions
from memsvc.client._sync.core import Core
from memsvc.wire import NewItem, NewSession, NewTurn, Note, Outcome, PurgeReceipt, SessionOutcome

__all__ = ["Writes"]


class Writes(Core):
    """Remember, forget, restore, erase."""

    def remember(
        self, content: str, *, idempotency_key: str | None = None, **options: Unpack[ItemOptions]
    ) -> Outcome:
        """Store one note and return what became of it; raises the error when it could not be stored."""
        key = idempotency_key or self._new_key()
        return self._do(calls.remember(self.namespace, content, options, key=key))

    def remember_items(
        self, items: Sequence[NewItem], *, idempotency_key: str | None = None
    ) -> tuple[Outcome, ...]:
        """Store up to 1,000 notes and return an outcome for each; look for `failed` among them."""
        key = idempotency_key or self._new_key()
        return self._do(calls.remember_items(self.namespace, items, key=key))

    def remember_session(
        self,
        turns: Iterable[NewTurn | Mapping[str, Any]],
        *,
        idempotency_key: str | None = None,
        **options: Unpack[SessionOptions],
    ) -> SessionOutcome:
        """Store a conversation; turns are models or mappings such as {"role": "user", "content": "..."}."""
        key = idempotency_key or self._new_key()
        session = calls.session_of(tuple(turns), options)
        return self._do(calls.remember_session(self.namespace, session, key=key))

    def remember_sessions(
        self, sessions: Sequence[NewSession], *, idempotency_key: str | None = None
    ) -> tuple[SessionOutcome, ...]:
        """Store up to 100 conversations and return an outcome for each; `ingest` takes any number."""
        key = idempotency_key or self._new_key()
        return self._do(calls.remember_sessions(self.namespace, sessions, key=key))

    def update_metadata(self, note: str, metadata: Mapping[str, Any], *, version: int | None = None) -> Note:
        """Replace a note's metadata; raises PreconditionFailed when `version` is not the current one."""
        return self._do(calls.update_metadata(self.namespace, note, metadata, version))

    def forget(self, note: str, *, version: int | None = None, reason: str | None = None) -> Note:
        """Hide a note from recall at once; `restore` brings it back."""
        return self._do(calls.forget(self.namespace, note, version, reason))

    def restore(self, note: str, *, version: int | None = None, reason: str | None = None) -> Note:
        """Bring a forgotten or superseded note back."""
        return self._do(calls.restore(self.namespace, note, version, reason))

    def purge(self, notes: Sequence[str]) -> PurgeReceipt:
        """Erase notes for good, everywhere, and return the receipt."""
        return self._do(calls.purge(self.namespace, notes))

    def purge_namespace(self) -> PurgeReceipt:
        """Erase everything of the namespace for good, and return the receipt."""
        return self._do(calls.purge_namespace(self.namespace))
