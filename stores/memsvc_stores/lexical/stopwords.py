"""English words that say nothing about a text, without apostrophes as `analysis` leaves them."""

from __future__ import annotations

__all__ = ["STOP_WORDS"]

_WORDS = """
a about after all also am an and any are as at be because been before being but by can could did do does doing
dont for from get got had has have having he her here him his how i id if ill im in into is it its ive just
know like make many me more most much my need no not of on or other our out over own please she should so some
such tell than that the their them then there these they think this those to too up us very want was we were
what when where which while who whom whose why will with would you your youre yours
"""

STOP_WORDS: frozenset[str] = frozenset(_WORDS.split())
