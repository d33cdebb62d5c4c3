"""Words around a verb: adverbs, helpers, and what is no verb."""

from __future__ import annotations

from typing import Final

__all__ = ["ADVERBS", "BE", "DO", "HAVE", "MODALS", "NO_VERBS", "STOPPED"]

_ADVERB_WORDS: Final = """
really also usually always often still actually currently sometimes mostly generally typically absolutely
especially normally mainly only even now definitely particularly regularly rarely personally just recently
finally already totally truly simply both all kinda officially eventually originally once ever
"""
ADVERBS: Final = frozenset(_ADVERB_WORDS.split())
BE: Final = frozenset({"is", "are", "was", "were", "am"})
HAVE: Final = frozenset({"has", "have", "had"})
DO: Final = frozenset({"do", "does", "did"})
MODALS: Final = frozenset({"will", "would", "can", "could", "might", "may", "should", "must", "ca", "wo"})
STOPPED: Final = frozenset({"stopped", "quit", "ceased", "stops", "quits"})
_OTHER_WORDS: Final = """
and or but who which that whose where when while because so if as in at on of for with to from the a an my his
her their our this these those it he she we they you there not too i me us no more one
"""
NO_VERBS: Final = frozenset(_OTHER_WORDS.split())
