"""User facts: first-person statements, in the third person (LongMemEval's K = V + fact, without a model)."""

from __future__ import annotations

import re
from typing import Final

from memsvc.ports.extraction import Slot
from memsvc.ports.retrieval import Passage
from memsvc_retrieval.keys.rewriting import about_the_user
from memsvc_retrieval.keys.statements import statements

__all__ = ["UserFacts"]

_MOST = 12
_CONCRETE: Final = re.compile(r"\d|(?<=[a-z,] )[A-Z][a-z]|[\"“]")
_PERSONAL: Final = re.compile(r"\b(?:my|our)\b", re.IGNORECASE)
_LIVED: Final = re.compile(
    r"\b(?:by the way|recently|lately|just|ago|last|yesterday|today|since|been|was|were|had|got|went|bought|"
    r"\w{3,}ed)\b",
    re.IGNORECASE,
)
_INTENT: Final = re.compile(
    r"^I(?:'m| am|'d|'ll| will| would| want| need| was| think| am)\b(?: \w+ly)?(?: also| just)? ?"
    r"(?:looking|trying|thinking|interested|wondering|like|love|try|check|make|keep|consider|to|need|want|I'll)?\b",
    re.IGNORECASE,
)


class UserFacts:
    """At most twelve; of more the most concrete ones stay, in the order in which they were said."""

    slot = Slot.USER_FACTS
    version = "1"

    def extract(self, passage: Passage) -> tuple[str, ...]:
        said = statements(passage)
        if len(said) > _MOST:
            best = sorted(range(len(said)), key=lambda place: -_worth(said[place]))[:_MOST]
            said = [said[place] for place in sorted(best)]
        return tuple(dict.fromkeys(about_the_user(statement) for statement in said))


def _worth(statement: str) -> int:
    """Weigh a statement: something that happened or belongs to the user tells more than what is wished for."""
    return (
        2 * bool(_CONCRETE.search(statement))
        + bool(_PERSONAL.search(statement))
        + bool(_LIVED.search(statement))
        - bool(_INTENT.match(statement))
    )
