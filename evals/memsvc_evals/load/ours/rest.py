"""The service behind REST: a server process of its own, called through the SDK; argument: the mode."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from memsvc.client import Client
from memsvc.errors import ServerFault
from memsvc.wire import NewItem
from memsvc_evals.load.peers.worker import Dataset, serve

__all__ = ["RestStore"]

_BATCH = 1000
_STOP_SECONDS = 30


class RestStore:
    """One connection, one request at a time; the server looks the same vectors up as the service in process."""

    def __init__(self, mode: Any) -> None:
        self._mode = mode
        self._server: subprocess.Popen[str] | None = None

    def open(self, folder: Path, data: Dataset) -> None:
        command = [sys.executable, "-m", "memsvc_evals.load.ours.server", sys.argv[1], str(folder)]
        self._server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._server.stdout is not None
        first = self._server.stdout.readline()
        if not first:
            raise ServerFault(f"the server ended with exit code {self._server.wait()}")
        self._client = Client(json.loads(first)["url"], timeout=120)
        self._data = data
        self._ids: dict[int, str] = {}
        self._client.version()

    def _user(self, user: int) -> Client:
        return self._client.using(namespace=f"user-{user}")

    def bulk_add(self, notes: list[int]) -> None:
        by_user: dict[int, list[int]] = {}
        for note in notes:
            by_user.setdefault(self._data.user(note), []).append(note)
        for user, theirs in by_user.items():
            for start in range(0, len(theirs), _BATCH):
                self._add(user, theirs[start : start + _BATCH])

    def _add(self, user: int, notes: list[int]) -> None:
        items = [
            NewItem(content=self._data.texts[note], metadata={"n": note, "tag": self._data.tags[note]})
            for note in notes
        ]
        for note, outcome in zip(notes, self._user(user).remember_items(items), strict=True):
            if outcome.note is None or outcome.degraded:
                raise ServerFault(f"note {note}: {outcome.status} {outcome.error}")
            self._ids[note] = outcome.note

    def add(self, note: int) -> None:
        metadata = {"n": note, "tag": self._data.tags[note]}
        outcome = self._user(self._data.user(note)).remember(self._data.texts[note], metadata=metadata)
        self._ids[note] = str(outcome.note)

    def recall(self, question: str, user: int, k: int) -> list[int]:
        condition = {"field": "metadata.tag", "op": "eq", "value": self._data.wanted}
        answer = self._user(user).recall(question, k=k, mode=self._mode, filter=condition)
        return [int(str(hit.note.metadata["n"])) for hit in answer.hits]

    def delete(self, note: int) -> None:
        self._user(self._data.user(note)).forget(self._ids[note])

    def close(self) -> None:
        if self._server is not None:
            self._server.terminate()
            self._server.communicate(timeout=_STOP_SECONDS)


if __name__ == "__main__":
    serve(lambda: RestStore(sys.argv[2]))
