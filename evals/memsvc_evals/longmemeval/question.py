"""Questions of the official format, checked field by field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

from memsvc.errors import InvalidInput

__all__ = ["LmeSession", "LmeTurn", "Question", "parse_date", "parse_question"]

_DATE = re.compile(r"^(\d{4})/(\d{2})/(\d{2}) \([A-Z][a-z]{2}\) (\d{2}):(\d{2})$")
_ROLES = ("user", "assistant")


@dataclass(frozen=True, slots=True)
class LmeTurn:
    """One turn; `has_answer` is None where the file does not label it."""

    role: str
    content: str
    has_answer: bool | None = None


@dataclass(frozen=True, slots=True)
class LmeSession:
    """A session of a haystack with its date in that haystack, as text of the file and as UTC."""

    id: str
    date: str
    at: datetime
    turns: tuple[LmeTurn, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One question with its haystack, in the file's order (which is not always the order of dates)."""

    id: str
    type: str
    text: str
    date: str
    answer: str | int
    answer_session_ids: tuple[str, ...]
    haystack: tuple[LmeSession, ...]

    @property
    def asked_at(self) -> datetime:
        return parse_date(self.date, "question_date")

    @property
    def is_abstention(self) -> bool:
        return "_abs" in self.id

    @property
    def text_bytes(self) -> int:
        """The length of all turns in UTF-8."""
        return sum(len(turn.content.encode()) for session in self.haystack for turn in session.turns)

    def to_official(self) -> dict[str, Any]:
        """Return the nine fields of the official file."""
        return {
            "question_id": self.id,
            "question_type": self.type,
            "question": self.text,
            "question_date": self.date,
            "answer": self.answer,
            "answer_session_ids": list(self.answer_session_ids),
            "haystack_dates": [session.date for session in self.haystack],
            "haystack_session_ids": [session.id for session in self.haystack],
            "haystack_sessions": [[_official_turn(turn) for turn in session.turns] for session in self.haystack],
        }


def _official_turn(turn: LmeTurn) -> dict[str, Any]:
    fields: dict[str, Any] = {"role": turn.role, "content": turn.content}
    return fields if turn.has_answer is None else fields | {"has_answer": turn.has_answer}


def parse_question(data: object, where: str) -> Question:
    """Check one question of the official format; raises InvalidInput that names the field."""
    if not isinstance(data, Mapping):
        raise InvalidInput(f"{where}: must be an object, not {type(data).__name__}")
    identity = _text(data, "question_id", where)
    where = f"{where} ({identity})"
    haystack = _haystack(data, where)
    answers = _texts(data, "answer_session_ids", where)
    for position, session in enumerate(answers):
        if session not in {s.id for s in haystack}:
            _fail(where, f"answer_session_ids[{position}]", f"{session!r} is not in the haystack")
    answer = data.get("answer")
    if not isinstance(answer, str | int) or isinstance(answer, bool):
        _fail(where, "answer", "must be a string or an integer")
    date = _text(data, "question_date", where)
    parse_date(date, f"{where}: question_date")
    return Question(
        id=identity,
        type=_text(data, "question_type", where),
        text=_text(data, "question", where),
        date=date,
        answer=answer,
        answer_session_ids=answers,
        haystack=haystack,
    )


def _haystack(data: Mapping[str, object], where: str) -> tuple[LmeSession, ...]:
    ids = _texts(data, "haystack_session_ids", where)
    dates = _texts(data, "haystack_dates", where)
    sessions = _list(data.get("haystack_sessions"), "haystack_sessions", where)
    if not len(ids) == len(dates) == len(sessions):
        lengths = f"{len(ids)} ids, {len(dates)} dates and {len(sessions)} sessions"
        _fail(where, "haystack_sessions", f"the three haystack lists must be parallel; there are {lengths}")
    if not sessions:
        _fail(where, "haystack_sessions", "is empty: there is nothing to remember")
    return tuple(
        LmeSession(
            id=ids[i],
            date=dates[i],
            at=parse_date(dates[i], f"{where}: haystack_dates[{i}]"),
            turns=_turns(sessions[i], f"haystack_sessions[{i}]", where),
        )
        for i in range(len(ids))
    )


def _turns(data: object, field: str, where: str) -> tuple[LmeTurn, ...]:
    return tuple(_turn(item, f"{field}[{i}]", where) for i, item in enumerate(_list(data, field, where)))


def _turn(data: object, field: str, where: str) -> LmeTurn:
    if not isinstance(data, Mapping):
        _fail(where, field, "must be an object with role and content")
    role, content, label = data.get("role"), data.get("content"), data.get("has_answer")
    if role not in _ROLES:
        _fail(where, f"{field}.role", f"must be user or assistant, not {role!r}")
    if not isinstance(content, str):
        _fail(where, f"{field}.content", f"must be a string, not {type(content).__name__}")
    _require_storable(content, f"{field}.content", where)
    if label is not None and not isinstance(label, bool):
        _fail(where, f"{field}.has_answer", f"must be true or false, not {label!r}")
    return LmeTurn(role, content, label)


def parse_date(text: str, where: str) -> datetime:
    """Return the UTC instant of `YYYY/MM/DD (Ddd) HH:MM`; raises InvalidInput."""
    match = _DATE.match(text)
    try:
        if match is None:
            raise ValueError("another format")
        year, month, day, hour, minute = map(int, match.groups())
        return datetime(year, month, day, hour, minute, tzinfo=UTC)
    except ValueError as error:
        raise InvalidInput(f"{where}: {text!r} is no date of the form 2023/05/23 (Tue) 19:11 ({error})") from None


def _text(data: Mapping[str, object], field: str, where: str) -> str:
    value = data.get(field)
    if not isinstance(value, str) or not value:
        _fail(where, field, "is missing" if value is None else "must be a non-empty string")
    _require_storable(value, field, where)
    return value


def _require_storable(text: str, field: str, where: str) -> None:
    """Refuse what JSON can write and neither UTF-8 nor a database can hold."""
    if "\0" in text:
        _fail(where, field, "holds a NUL character")
    try:
        text.encode()
    except UnicodeEncodeError:
        _fail(where, field, "holds half of a surrogate pair")


def _list(value: object, field: str, where: str) -> Sequence[object]:
    if not isinstance(value, list):
        _fail(where, field, "is missing" if value is None else "must be a list")
    return value


def _texts(data: Mapping[str, object], field: str, where: str) -> tuple[str, ...]:
    values = _list(data.get(field), field, where)
    for i, value in enumerate(values):
        if not isinstance(value, str) or not value:
            _fail(where, f"{field}[{i}]", "must be a non-empty string")
    return tuple(str(value) for value in values)


def _fail(where: str, field: str, problem: str) -> NoReturn:
    raise InvalidInput(f"{where}: {field}: {problem}")
