"""The official retrieval log, read back: ours or the authors'."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from memsvc.errors import InvalidInput
from memsvc_evals.longmemeval.question import Question, parse_question

__all__ = ["LoggedQuestion", "Place", "read_log"]


@dataclass(frozen=True, slots=True)
class Place:
    """What was ranked: a session by its position in the haystack, or (`turn`) one turn of it."""

    session: int
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class LoggedQuestion:
    """A question with what was ranked for it, best first, each place once; `ids` are as the log spells them."""

    question: Question
    places: tuple[Place, ...]
    ids: tuple[str, ...]


def read_log(path: Path) -> Iterator[LoggedQuestion]:
    """Yield the log's questions one by one; raises InvalidInput that names the line and the field."""
    seen: set[str] = set()
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                where = f"{path.name}: line {number}"
                logged = _logged(_object(line, where), where)
                if logged.question.id in seen:
                    raise InvalidInput(f"{where}: question_id: {logged.question.id!r} was there before")
                seen.add(logged.question.id)
                yield logged
    except OSError as error:
        raise InvalidInput(f"cannot read {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path.name}: is not UTF-8 ({error.reason})") from error
    if not seen:
        raise InvalidInput(f"{path.name}: holds no questions; `memsvc eval longmemeval --logs` writes such a log")


def _object(line: str, where: str) -> Mapping[str, Any]:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        raise InvalidInput(f"{where}: not valid JSON; is the log cut off?") from None
    if not isinstance(data, dict):
        raise InvalidInput(f"{where}: must be an object, not {type(data).__name__}; is it a retrieval log?")
    return data


def _logged(data: Mapping[str, Any], where: str) -> LoggedQuestion:
    question = parse_question(data, where)
    where = f"{where} ({question.id})"
    results = data.get("retrieval_results")
    items = results.get("ranked_items") if isinstance(results, dict) else None
    if not isinstance(items, list):
        raise InvalidInput(f"{where}: retrieval_results.ranked_items: is missing; is it a retrieval log?")
    marks = [_mark(item, f"{where}: ranked_items[{index}]") for index, item in enumerate(items)]
    found: dict[str, tuple[Place, str]] = {}
    locate = _Locator(question, [identity for identity, _ in marks])
    for identity, timestamp in marks:
        # Once for each id, with or without its label: expanded keys and repeated sessions rank the same again.
        found.setdefault(_unlabelled(identity), (locate(identity, timestamp, where), identity))
    return LoggedQuestion(
        question, tuple(place for place, _ in found.values()), tuple(identity for _, identity in found.values())
    )


def _mark(item: object, where: str) -> tuple[str, str]:
    identity, timestamp = (item.get(n) for n in ("corpus_id", "timestamp")) if isinstance(item, dict) else (0, 0)
    if not isinstance(identity, str) or not isinstance(timestamp, str):
        raise InvalidInput(f"{where}: must have the texts corpus_id and timestamp")
    return identity, timestamp


def _unlabelled(identity: str) -> str:
    """Return an id as the haystack spells it; the corpus writes the missing label into it."""
    return identity.replace("noans", "answer")


class _Locator:
    """Finds ids in a haystack. Whether a log is of sessions or of turns is told by all its ids together.

    One id alone does not tell: `ab12_1` may be a session, or the first turn of the session `ab12`.
    """

    def __init__(self, question: Question, ids: list[str]) -> None:
        self._question = question
        self._sessions: dict[str, list[int]] = {}
        for position, session in enumerate(question.haystack):
            self._sessions.setdefault(session.id, []).append(position)
        self._of_turns = not all(_unlabelled(identity) in self._sessions for identity in ids)

    def __call__(self, identity: str, timestamp: str, where: str) -> Place:
        name, turn = _unlabelled(identity), None
        if self._of_turns:
            name, _, number = name.rpartition("_")
            turn = int(number) - 1 if number.isdecimal() else -1
        positions = self._sessions.get(name, [])
        dated = [place for place in positions if self._question.haystack[place].date == timestamp]
        for position in dated or positions:
            if turn is None or 0 <= turn < len(self._question.haystack[position].turns):
                return Place(position, turn)
        raise InvalidInput(f"{where}: corpus_id: {identity!r} is in no place of the haystack")
