"""MemoryBank's two files, joined with the evidence that was marked by hand for this benchmark."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import TypeAlias

from memsvc.errors import InvalidInput
from memsvc_evals.gvd.dialogues import Dialogue, Evidence, Exchange, Question, User
from memsvc_evals.locomo.fields import fail, list_at, object_at, text_at

__all__ = ["DIALOGUES", "QUESTIONS", "Marks", "marked_by_hand", "read_users"]

Marks: TypeAlias = Mapping[str, Sequence[Sequence[Mapping[str, str]]]]

DIALOGUES = "memory_bank_en.json"
QUESTIONS = "probing_questions_en.jsonl"


def marked_by_hand() -> Marks:
    """Return for each user's questions the days and phrases of the rounds that answer them."""
    marks: Marks = json.loads(files(__package__).joinpath("evidence.json").read_text("utf-8"))
    return marks


def read_users(folder: Path, marks: Marks) -> list[User]:
    """Return the users in the order of the file.

    Raises InvalidInput that names file, user and field, also when evidence is not in the dialogues: then these
    are not the ones for which it was marked.
    """
    banks = {name.strip(): bank for name, bank in _object(_text(folder / DIALOGUES), DIALOGUES).items()}
    asked = _questions(folder / QUESTIONS)
    missing = asked.keys() - banks.keys()
    if missing:
        raise InvalidInput(f"{QUESTIONS}: {sorted(missing)[0]!r} has no dialogues in {DIALOGUES}")
    return [_user(name, bank, asked.get(name, []), marks.get(name, ())) for name, bank in banks.items()]


def _user(name: str, bank: object, asked: list[str], marked: Sequence[Sequence[Mapping[str, str]]]) -> User:
    where = f"{DIALOGUES}: {name}"
    history = object_at(object_at(bank, where).get("history"), f"{where}: history")
    dialogues = tuple(_dialogue(day, list_at(history, day, where), where) for day in history)
    if len(asked) != len(marked):
        raise InvalidInput(
            f"{QUESTIONS}: {name} has {len(asked)} questions, but evidence is marked for {len(marked)}"
        )
    questions = tuple(
        Question(text, tuple(_evidence(mark, dialogues, where) for mark in marks))
        for text, marks in zip(asked, marked, strict=True)
    )
    return User(name, dialogues, questions)


def _dialogue(day: str, rounds: list[object], where: str) -> Dialogue:
    place = f"{where}: {day}"
    found = [object_at(item, place) for item in rounds]
    return Dialogue(
        _day(day, where),
        tuple(Exchange(text_at(item, "query", place), text_at(item, "response", place)) for item in found),
    )


def _evidence(mark: Mapping[str, str], dialogues: tuple[Dialogue, ...], where: str) -> Evidence:
    evidence = Evidence(date.fromisoformat(mark["day"]), mark["phrase"])
    texts = [(d.day, f"{part.query} {part.response}") for d in dialogues for part in d.rounds]
    if not any(evidence.is_in(day, text) for day, text in texts):
        fail(where, f"no round of {evidence.day} holds {evidence.phrase!r}; is this the English GVD?")
    return evidence


def _questions(path: Path) -> dict[str, list[str]]:
    asked: dict[str, list[str]] = {}
    for number, line in enumerate(_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        where = f"{path.name}: line {number}"
        for name, texts in _object(line, where).items():
            if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
                fail(where, "must map a user's name to a list of questions")
            asked[name.strip()] = texts
    return asked


def _object(text: str, where: str) -> Mapping[str, object]:
    try:
        return object_at(json.loads(text), where)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{where}: not valid JSON ({type(error).__name__})") from error


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"cannot read {path}: {error}; give the folder that holds it") from error


def _day(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(where, f"{text!r} is not a date (YYYY-MM-DD)")
