"""Preferences: what the user likes, avoids and does by habit."""

from __future__ import annotations

import re
from typing import Final

from memsvc.ports.extraction import Slot
from memsvc.ports.retrieval import Passage
from memsvc_retrieval.keys.rewriting import about_the_user
from memsvc_retrieval.keys.statements import statements

__all__ = ["Preferences"]

_MOST = 6
_LIKED: Final = re.compile(
    r"\b(?:prefer(?:red|s)?|usually|always|never|rarely|tend to|used to|hate[ds]?|dislike[ds]?|enjoy(?:ed|ing)?|"
    r"loved|loving|favou?rites?|can't stand|don't (?:really )?(?:like|eat|drink|enjoy)|not a (?:big |huge )?fan|"
    r"(?:big|huge) fan|a fan of|obsessed with|really into|"
    r"(?:am|i'm|been|got) into|allergic|a vegan|(?:am|i'm) (?:vegan|vegetarian)|a vegetarian|avoid(?:ing)?|"
    r"passionate about|sensitive to|comfortable with|drawn to|rather than|i'd rather|fond of|partial to|"
    r"(?:i|we) (?:really |also |absolutely |just |particularly |especially )*(?:love|like))\b",
    re.IGNORECASE,
)
# Courtesy, not taste: "I'd love to know", "I always wondered", "I like your suggestions".
_POLITE: Final = re.compile(
    r"\b(?:'d|would|i) (?:really |also )?(?:love|like)(?: to|,? if| some| any| your| the idea| this| that| these|"
    r" those| it)\b",
    re.IGNORECASE,
)


class Preferences:
    """At most six, each as "User has mentioned: ..."."""

    slot = Slot.PREFERENCES
    version = "1"

    def extract(self, passage: Passage) -> tuple[str, ...]:
        found = (said for said in statements(passage) if _LIKED.search(_POLITE.sub(" ", said)))
        told = dict.fromkeys(f"User has mentioned: {about_the_user(said).removeprefix('User ')}" for said in found)
        return tuple(told)[:_MOST]
