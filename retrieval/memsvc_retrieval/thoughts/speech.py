"""Who says what in a passage, and to what question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from memsvc.ports.retrieval import Passage
from memsvc.ports.thinking import Material
from memsvc_retrieval.keys.sentences import split_sentences
from memsvc_retrieval.keys.stop_words import OPENING_WORDS
from memsvc_retrieval.question.speakers import speaker_of

__all__ = ["USER", "Speech", "speeches"]

USER: Final = "User"
# What these say is no news of a person.
_MACHINES: Final = frozenset({"assistant", "system", "developer", "tool", "function"})
_LABELS: Final = """
answer btw caption context edit example fact fyi goal hint idea important instructions issue note notes
problem ps question re reminder result summary task tip title todo update user warning
"""
_NO_NAMES: Final = frozenset(_LABELS.split())
_LONGEST_QUESTION: Final = 300
# "[image: a red door]": what is not said.
_BRACKETED: Final = re.compile(r"\s*\[[^\]\n]*\]")


@dataclass(frozen=True, slots=True)
class Speech:
    """Words of one speaker, without the name before them; `question` closed what another one said before.

    `opens` says that they are the first of the passage: the question is of the passage before.
    """

    speaker: str
    text: str
    question: str | None
    opens: bool


def speeches(material: Material) -> Iterator[Speech]:
    """Yield what people say, in order.

    A role that is no usual one is a name; so is a label such as "Ann: " before the words. Else it is the user.
    """
    before = list(_parts(material.before)) if material.before is not None else []
    said_by, said = before[-1] if before else ("", "")
    for place, (speaker, text) in enumerate(_parts(material.passage)):
        if speaker not in _MACHINES:
            question = _closing_question(said) if said_by != speaker else None
            yield Speech(speaker, text, question, opens=place == 0)
        said_by, said = speaker, text


def _closing_question(text: str) -> str | None:
    if not text.rstrip().endswith("?"):
        return None
    question = split_sentences(text)[-1]
    return question if len(question) <= _LONGEST_QUESTION else None


def _parts(passage: Passage) -> Iterator[tuple[str, str]]:
    """Yield each speaker, or role of a machine, with the words."""
    for role, text in _turns(passage):
        label = speaker_of(text) if role not in _MACHINES else None
        if label is not None and _is_name(label):
            yield label, text[len(label) + 1 :].lstrip()
        else:
            yield (USER if role == "user" else role), text


def _is_name(label: str) -> bool:
    """Say whether a label is a name, as "Ann" and "Ann Lee" are, and not "Note" or "You told me"."""
    words = label.split()
    first = words[0].casefold()
    return all(word[0].isupper() for word in words) and first not in _NO_NAMES and first not in OPENING_WORDS


def _turns(passage: Passage) -> Iterator[tuple[str, str]]:
    if not passage.turns:
        yield "user", _BRACKETED.sub("", passage.content)
    for turn in passage.turns:
        yield turn.role, _BRACKETED.sub("", passage.content[turn.start : turn.end])
