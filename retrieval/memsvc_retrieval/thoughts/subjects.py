"""Of whom or what a sentence tells: the speaker, something of the speaker's, a name, or a name's attribute."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from memsvc_retrieval.keys.stop_words import OPENING_WORDS

__all__ = ["Subject", "subject_of"]

_NAME: Final = r"[A-Z][\w'&.-]*\w(?: (?:of |de |van |the )?[A-Z][\w'&.-]*\w){0,3}"
_NAMED: Final = re.compile(rf"(?:The |the )?(?P<name>{_NAME}) (?=[a-z'])")
_ATTRIBUTE_OF: Final = re.compile(
    rf"(?:The|the) (?P<attribute>[a-z][a-z ]{{1,30}}?) of (?P<owner>{_NAME}) (?=is |was )"
)
_ATTRIBUTE: Final = r"(?P<attribute>(?:[a-z][\w-]* ){0,2}[a-z][\w-]*) (?=is |was |are |were |isn't |wasn't )"
_OWNED_BY_NAME: Final = re.compile(rf"(?P<owner>{_NAME})'s {_ATTRIBUTE}")
_KIN_VERBS: Final = (
    r"is|are|was|were|has|have|had|does|did|doesn't|didn't|isn't|will|loves?|likes?|hates?|lives?|works?|"
    r"[a-z]+ed|just|also|got|went|made|gave|took|came|told|said"
)


@dataclass(frozen=True, slots=True)
class Subject:
    """`head` is who or what, `attribute` the N of "her N is ...", `stop` where the verb begins."""

    head: str
    stop: int
    attribute: str | None = None


def subject_of(sentence: str, speaker: str) -> Subject | None:
    """Return the subject of a sentence that was put into the third person; None when it is not clear."""
    rules = _rules(speaker)
    if match := rules.owned.search(sentence):
        return Subject(speaker, match.end(), match["attribute"])
    if match := rules.own.search(sentence):
        return Subject(speaker, match.end())
    if match := rules.kin.search(sentence):
        return Subject(f"{speaker}'s {match['kin']}", match.end())
    if match := _ATTRIBUTE_OF.match(sentence) or _OWNED_BY_NAME.match(sentence):
        return Subject(match["owner"], match.end(), match["attribute"])
    match = _NAMED.match(sentence)
    if match and match["name"].split()[0].casefold().partition("'")[0] not in OPENING_WORDS:
        return Subject(match["name"], match.end())
    return None


@dataclass(frozen=True, slots=True)
class _Rules:
    owned: re.Pattern[str]
    own: re.Pattern[str]
    kin: re.Pattern[str]


@lru_cache(256)
def _rules(speaker: str) -> _Rules:
    name = re.escape(speaker)
    return _Rules(
        owned=re.compile(rf"(?<!\w){name}'s {_ATTRIBUTE}"),
        own=re.compile(rf"(?:(?<![\w']){name}|^(?:\w+ )?[Ww]e|(?<=, )we|(?<=and )we|^[\w ]+, we) (?=[a-z'])"),
        kin=re.compile(rf"(?<!\w){name}'s (?P<kin>(?:[\w-]+ ){{0,2}}?[\w-]+) (?=(?:{_KIN_VERBS})\b)"),
    )
