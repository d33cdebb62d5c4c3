"""From "I" to "User", so that a sentence stands for itself."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["about_the_user"]

_FORMS: Final = {
    "i'm": "User is",
    "i am": "User is",
    "am i": "is User",
    "i've": "User has",
    "i have": "User has",
    "i haven't": "User hasn't",
    "i'll": "User will",
    "i do": "User does",
    "i don't": "User doesn't",
    "i": "User",
    "me": "User",
    "myself": "User",
    "my": "User's",
    "mine": "User's",
}
# Verbs whose past differs: "I read" and "I put" may be either.
_VERBS: Final = (
    "love like hate prefer enjoy want need think use work live know feel believe plan hope wonder remember own "
    "play run go take make tend try watch listen drink eat cook drive study teach speak collect write travel walk "
    "commute swim practice see get keep find bake grow visit spend attend follow miss wear look start sleep "
    "volunteer understand appreciate"
)
_ADVERBS: Final = (
    "really|also|usually|always|often|still|actually|currently|sometimes|never|mostly|generally|typically|"
    "absolutely|especially|normally|mainly|only|even|now|definitely|particularly|regularly|rarely|personally|just"
)
_FIRST: Final = re.compile(
    rf"\bI(?P<adverb> (?:{_ADVERBS}))? (?P<verb>{'|'.join(_VERBS.split())})\b(?!')"
    r"|\bI'd(?= (?:been|had|\w+ed)\b)(?P<had>)|\bI'd\b(?P<would>)"
    r"|\b(?:am I|I'm|I am|I've|I haven't|I have|I'll|I don't|I do)\b|\bI\b(?![.'])"
    r"|\b(?:my|me|mine|myself)\b",
    re.IGNORECASE,
)


def about_the_user(sentence: str) -> str:
    """Rewrite the first person singular as "User"; "we" and "our" stay, the user is among them."""
    told = _FIRST.sub(_rewritten, sentence)
    return told[:1].upper() + told[1:]


def _rewritten(match: re.Match[str]) -> str:
    if match["verb"]:
        return f"User{match['adverb'] or ''} {_third_person(match['verb'].lower())}"
    if match["had"] is not None:
        return "User had"
    if match["would"] is not None:
        return "User would"
    return _FORMS[match[0].lower()]


def _third_person(verb: str) -> str:
    if verb.endswith(("ch", "sh", "ss", "o")):
        return f"{verb}es"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return f"{verb[:-1]}ies"
    return f"{verb}s"
