"""Conversations of the official format, checked field by field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set

from memsvc_evals.locomo.conversation import Category, Conversation, LocomoQuestion, LocomoSession, LocomoTurn
from memsvc_evals.locomo.dates import parse_session_date
from memsvc_evals.locomo.evidence import normal_dia_id, parse_evidence
from memsvc_evals.locomo.fields import fail, list_at, object_at, text_at
from memsvc_evals.locomo.observations import parse_observations

__all__ = ["parse_conversation"]

_SESSION = re.compile(r"session_([0-9]{1,9})")


def parse_conversation(data: object, where: str) -> Conversation:
    """Check one conversation; raises InvalidInput that names the conversation and the field."""
    fields = object_at(data, where)
    identity = text_at(fields, "sample_id", where)
    where = f"{where} ({identity})"
    sessions = _sessions(object_at(fields.get("conversation"), f"{where}: conversation"), f"{where}: conversation")
    known: set[str] = set()
    for session in sessions:
        for turn in session.turns:
            if turn.dia_id in known:
                fail(f"{where}: conversation.session_{session.number}", f"dia_id {turn.dia_id!r} was there before")
            known.add(turn.dia_id)
    questions = tuple(
        _question(item, f"{identity}/{i}", known, f"{where}: qa[{i}]")
        for i, item in enumerate(list_at(fields, "qa", where))
    )
    numbers = [session.number for session in sessions]
    return Conversation(identity, sessions, questions, parse_observations(fields, numbers, known, where))


def _sessions(data: Mapping[str, object], where: str) -> tuple[LocomoSession, ...]:
    """Return the sessions that have turns; the file also dates sessions that it does not hold."""
    numbers = sorted(int(match[1]) for name in data if (match := _SESSION.fullmatch(name)))
    sessions = []
    for number in numbers:
        field = f"session_{number}"
        items = list_at(data, field, where)
        turns = tuple(_turn(item, f"{where}.{field}[{i}]") for i, item in enumerate(items))
        if turns:
            date = text_at(data, f"{field}_date_time", where)
            at = parse_session_date(date, f"{where}.{field}_date_time")
            sessions.append(LocomoSession(number, at, turns))
    if not sessions:
        fail(where, "has no session with turns: there is nothing to remember")
    return tuple(sessions)


def _turn(data: object, where: str) -> LocomoTurn:
    fields = object_at(data, where)
    written = text_at(fields, "dia_id", where)
    dia_id = normal_dia_id(written)
    if dia_id is None:
        fail(f"{where}: dia_id", f"{written!r} is not of the form D<session>:<turn>")
    shown = fields.get("blip_caption") is not None
    return LocomoTurn(
        dia_id=dia_id,
        speaker=text_at(fields, "speaker", where),
        text=text_at(fields, "text", where, blank=True),
        caption=text_at(fields, "blip_caption", where, blank=True).strip() if shown else "",
    )


def _question(data: object, identity: str, known: Set[str], where: str) -> LocomoQuestion:
    fields = object_at(data, where)
    category = fields.get("category")
    if not isinstance(category, int) or isinstance(category, bool) or not 1 <= category <= len(Category):
        fail(f"{where}: category", f"must be 1 to {len(Category)}, not {category!r}")
    entries = list_at(fields, "evidence", where)
    for i, entry in enumerate(entries):
        if not isinstance(entry, str):
            fail(f"{where}: evidence[{i}]", f"must be a string, not {type(entry).__name__}")
    return LocomoQuestion(
        id=identity,
        category=Category(category),
        text=text_at(fields, "question", where),
        answer=_answer(fields, Category(category), where),
        evidence=parse_evidence(map(str, entries), known),
    )


def _answer(fields: Mapping[str, object], category: Category, where: str) -> str | None:
    """Return the answer as text; a few of the file's are numbers."""
    answer = fields.get("answer")
    if isinstance(answer, int | float) and not isinstance(answer, bool):
        return str(answer)
    if answer is None and category is Category.ADVERSARIAL:
        return None
    return text_at(fields, "answer", where)
