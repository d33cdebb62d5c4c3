"""Requests as JSON lines on stdin, answers on stdout: the worker's side; for any Python since 3.9."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any, TextIO

__all__ = ["answer_requests", "claim_stdout"]


def claim_stdout() -> TextIO:
    """Return where answers go; from now on what libraries print on stdout goes to stderr."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def answer_requests(answers: TextIO, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Answer until stdin ends; an error is answered as {"error": text}."""
    for line in sys.stdin:
        try:
            answered = answer(json.loads(line))
        except Exception as error:  # noqa: BLE001 - the boundary of a request: whatever a peer raises is told
            answered = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answered) + "\n")
        answers.flush()
