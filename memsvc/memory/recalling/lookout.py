"""What the guard looks at a question with."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

from memsvc.domain.policies import GuardLevel, GuardPolicy
from memsvc.errors import GuardModelError
from memsvc.guard.conformal import length_bucket
from memsvc.guard.model_file import GuardModel
from memsvc.memory.context import Context

__all__ = ["Lookout", "lookout_of"]

# The words of a question are compared with what people say. Surprising words and shared runs are looked for, each
# with half of the false positives.
_KIND: Final = "round"
_SHARE: Final = 0.5
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Lookout:
    """The guard's model; `rate` is which share of harmless questions each detector may flag."""

    model: GuardModel
    rate: float

    def p_value(self, detector: str, score: float, text: str) -> float | None:
        """Return how often harmless texts as long as this score as high; None when that is not rare."""
        known = self.model.benign(detector, _KIND, length_bucket(text))
        p = 1.0 if known is None else known.p_value(score)
        return p if p <= self.rate else None


def lookout_of(context: Context, policy: GuardPolicy, broken: list[str]) -> Lookout | None:
    """Return the lookout of a namespace, None where its guard is off; a model that is away goes to `broken`."""
    if context.guard is None:
        return None
    resolved = context.guard.resolved(policy)
    if resolved.level is GuardLevel.OFF or resolved.false_positive_rate is None:
        return None
    try:
        return Lookout(context.guard.model(), resolved.false_positive_rate * _SHARE)
    except GuardModelError as error:
        _log.error("questions are not looked at: %s", error.detail)
        broken.append("model")
        return None
