"""Thoughts by rule: what was said, in the third person, with what it claims as triples."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from memsvc.domain.triples import Triple
from memsvc.ports.thinking import Material, Thought
from memsvc_retrieval.keys.rewriting import about_the_user
from memsvc_retrieval.thoughts.claims import claims
from memsvc_retrieval.thoughts.dating import dated
from memsvc_retrieval.thoughts.speech import USER, Speech, speeches
from memsvc_retrieval.thoughts.telling import of_others, of_themselves

__all__ = ["RuleThoughts"]

_MOST: Final = 16
_LONGEST_ANSWER: Final = 1_000
_USER: Final = re.compile(r"\bUser\b")


class RuleThoughts:
    """At most sixteen thoughts of a passage, each sentence once. The user is "User", others go by their names.

    An answer to another speaker's closing question makes one thought with it; of such an answer only sentences
    that may replace others (of functional relations, denials) make thoughts besides. Otherwise each statement in
    the first person makes one, and sentences on others where what they claim is clear.
    """

    version = "rules-1"

    def think(self, materials: Sequence[Material]) -> list[Thought]:
        return [thought for place, material in enumerate(materials) for thought in _of(material, place)]


def _of(material: Material, place: int) -> list[Thought]:
    found: dict[str, Thought] = {}
    for speech in speeches(material):
        for thought in _thoughts(speech, material.passage.at, place):
            found.setdefault(thought.sentence, thought)
    return list(found.values())[:_MOST]


def _thoughts(speech: Speech, at: datetime, place: int) -> Iterator[Thought]:
    if speech.question is not None:
        yield _answer(speech, speech.question, place)
    for said in of_themselves(speech.text, at):
        sentence, since = dated(_named(said, speech.speaker), at)
        triples = claims(sentence, speech.speaker)
        if speech.question is None or any(triple.functional or triple.negated for triple in triples):
            yield Thought(sentence, triples or _told(sentence, speech), place, said, since)
    for said in of_others(speech.text):
        if triples := claims(said, speech.speaker):
            sentence, since = dated(said, at)
            yield Thought(sentence, triples, place, said, since)


def _answer(speech: Speech, question: str, place: int) -> Thought:
    # In the speaker's own words: measured, rewritten answers (many of them short) find less.
    text = speech.text.strip()[:_LONGEST_ANSWER]
    triple = Triple(speech.speaker, "answers", question, event=True)
    return Thought(f"{question} {text}", (triple,), place, text, quotes=speech.opens)


def _told(sentence: str, speech: Speech) -> tuple[Triple, ...]:
    """Return what can be said of a sentence whose verb is not understood: that it was told."""
    return (Triple(speech.speaker, "tells", sentence, event=True),)


def _named(said: str, speaker: str) -> str:
    told = about_the_user(said)
    return told if speaker == USER else _USER.sub(lambda _: speaker, told)
