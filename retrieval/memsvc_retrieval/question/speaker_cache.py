"""Who speaks in a namespace, looked up again only after it has changed."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from memsvc.ports.ranking import NamespaceState
from memsvc.ports.storage import Reader
from memsvc_retrieval.question.speakers import HEAD_CHARS, speakers

__all__ = ["SpeakerCache"]

_NEWEST = 64
_NAMESPACES = 10_000


class SpeakerCache:
    """Holds the speakers of the namespaces asked last; thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: OrderedDict[int, tuple[int, frozenset[str]]] = OrderedDict()

    def of(self, reader: Reader, state: NamespaceState) -> frozenset[str]:
        """Return the names with which many of the newest notes begin."""
        with self._lock:
            sequence, names = self._known.get(state.row, (-1, frozenset()))
            if state.row in self._known:
                self._known.move_to_end(state.row)
        if sequence != state.last_sequence:
            names = speakers(reader.heads(limit=_NEWEST, chars=HEAD_CHARS))
            with self._lock:
                self._known[state.row] = state.last_sequence, names
                self._known.move_to_end(state.row)
                if len(self._known) > _NAMESPACES:
                    self._known.popitem(last=False)
        return names

    def forget(self, namespace_row: int) -> None:
        """Keep no name of a namespace."""
        with self._lock:
            self._known.pop(namespace_row, None)
