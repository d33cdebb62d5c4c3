"""A worker process and the JSON lines that are spoken with it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from memsvc.errors import ServerFault

__all__ = ["Answer", "Worker"]

_STDERR_LINES = 8
_STOP_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """`seconds` is the store's own time, without the pipe; `notes` what a recall found."""

    seconds: float
    notes: tuple[int, ...]


class Worker:
    """A running worker; leaving its context closes the store and waits for the process.

    Raises ServerFault with the last lines of the worker's stderr when it fails or ends.
    """

    def __init__(self, name: str, command: list[str], *, environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self._log = log
        with log.open("a", encoding="utf-8") as stderr:
            self._process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                encoding="utf-8",
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def call(self, op: str, **arguments: Any) -> Answer:
        answer = self.ask(op, **arguments)
        return Answer(answer["seconds"], tuple(answer["notes"] or ()))

    def ask(self, op: str, **arguments: Any) -> dict[str, Any]:
        self.send(op, **arguments)
        return self.receive(op)

    def send(self, op: str, **arguments: Any) -> None:
        """Send a request whose answer `receive` fetches, so that several workers can be busy together."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"op": op, **arguments}) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._failed(op, "the process has ended") from None

    def receive(self, op: str) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise self._failed(op, "the process has ended")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise self._failed(op, answer["error"])
        return answer

    def _failed(self, op: str, reason: str) -> ServerFault:
        tail = self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-_STDERR_LINES:]
        return ServerFault(f"{self.name}: {op} failed: {reason}\n" + "\n".join(tail))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._process.communicate(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
        if error is None and self._process.returncode:
            raise self._failed("close", f"exit code {self._process.returncode}")
