"""English verbs by rule: their base form, their present, and whether a form tells of the past."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

__all__ = ["base_form", "is_past", "third_person"]

# Base, past, participle; the other forms follow from the base.
_IRREGULAR: Final = """
be was been|be were been|have had|do did done|go went gone|get got gotten|make made|take took taken|see saw seen|
come came|become became|know knew known|give gave given|find found|think thought|tell told|leave left|feel felt|
bring brought|begin began begun|keep kept|hold held|write wrote written|stand stood|hear heard|mean meant|
meet met|run ran|pay paid|sit sat|speak spoke spoken|lead led|grow grew grown|lose lost|fall fell fallen|
send sent|build built|understand understood|draw drew drawn|break broke broken|spend spent|rise rose risen|
drive drove driven|buy bought|wear wore worn|choose chose chosen|eat ate eaten|drink drank|swim swam swum|
sing sang sung|win won|teach taught|catch caught|fly flew flown|sell sold|sleep slept|ride rode ridden|
throw threw thrown|wake woke woken|fight fought|forget forgot forgotten|say said
"""
_PAST: Final[dict[str, str]] = {
    form: entry.split()[0] for entry in _IRREGULAR.replace("\n", "").split("|") for form in entry.split()[1:]
}
_PRESENT: Final = {"am": "be", "is": "be", "are": "be", "has": "have", "does": "do"}
_LIKE_PAST: Final = """
need feed speed seed proceed succeed embed shed wed red bed
"""
_NO_PAST: Final = frozenset(_LIKE_PAST.split())
_LIKE_ING: Final = """
bring sing ring spring sting string swing king thing during
"""
_NO_ING: Final = frozenset(_LIKE_ING.split())
_STEMS: Final = """
explor shar prepar hik bik lik skat bak mak tak smok escap combin decid rid hir inspir admir retir acquir
requir fir tir car scar stor restor adventur captur pictur nam shin min din lin defin imagin examin fram gam
hop typ shap tap invit writ quot not vot promot complet compet delet phon tun cur secur measur treasur ensur
figur cod slid guid provid divid hid smil fil compil rul schedul chang arrang challeng manag engag plung dat
creat
"""
_ENDS_IN_E: Final = frozenset(_STEMS.split())
_E_ENDING: Final = re.compile(r"(?:[vcu]|[aeiou][sz]|dg|(?<![aeiou])[^aeiou]l|[^e]at)$")
_DOUBLED: Final = re.compile(r"[aeiou](?:bb|dd|gg|mm|nn|pp|rr|tt)$")


@lru_cache(4096)
def base_form(verb: str) -> str:
    """Return the base of a form in lower case; an unknown word is taken to be regular."""
    known = _PAST.get(verb) or _PRESENT.get(verb)
    if known is not None:
        return known
    if verb.endswith(("ies", "ied")) and len(verb) > 4:
        return f"{verb[:-3]}y"
    if verb.endswith("ing") and len(verb) > 5 and verb not in _NO_ING:
        return _from_stem(verb[:-3])
    if verb.endswith("ed") and len(verb) > 3 and verb not in _NO_PAST:
        return _from_stem(verb[:-2])
    if verb.endswith(("ches", "shes", "sses", "xes", "oes")):
        return verb[:-2]
    return verb[:-1] if verb.endswith("s") and not verb.endswith(("ss", "us", "is")) and len(verb) > 3 else verb


def _from_stem(stem: str) -> str:
    if stem in _ENDS_IN_E or _E_ENDING.search(stem):
        return f"{stem}e"
    return stem[:-1] if _DOUBLED.search(stem) else stem


def is_past(verb: str) -> bool:
    """Say whether a form in lower case is one of the past."""
    return verb in _PAST or (verb.endswith("ed") and len(verb) > 3 and verb not in _NO_PAST)


def third_person(base: str) -> str:
    """Return the present of the third person."""
    if base in ("be", "have"):
        return "is" if base == "be" else "has"
    if base.endswith(("ch", "sh", "ss", "x", "o")):
        return f"{base}es"
    if base.endswith("y") and base[-2:-1] not in "aeiou":
        return f"{base[:-1]}ies"
    return f"{base}s"
