"""Ordinary phrases: triggers that no optimiser made, and where optimisers with a language model start."""

from __future__ import annotations

from typing import Final

__all__ = ["FLUENT_FIVE", "FLUENT_TEN", "REWORDINGS", "STARTS"]

FLUENT_TEN: Final = (
    "while the harvest moon hung low above the sleeping village",
    "just before the last ferry left for the northern islands",
    "after the clock maker closed his shop on winter evenings",
    "under the copper roof where the pigeons gather at noon",
    "like the gardener who whistles to his roses every morning",
    "since the circus left town without its tired grey elephant",
)

FLUENT_FIVE: Final = (
    "beside the frozen orchard wall",
    "when distant thunder rolls in",
    "with cinnamon and burnt sugar",
    "as the choir falls silent",
    "past the crooked church tower",
    "before the tide turns again",
)

# Each line says one thing in eight ways; a victim uses the first.
REWORDINGS: Final = (
    (
        "while the harvest moon hung low above the sleeping village",
        "as a low harvest moon stood over the village at rest",
        "with the autumn moon close above the quiet houses",
        "when the village slept below a heavy yellow moon",
        "under a harvest moon that hung near the sleeping roofs",
        "the moon of harvest time low over the silent village",
        "at the hour of the low moon over the dozing hamlet",
        "as the sleeping village lay beneath the moon of autumn",
    ),
    (
        "just before the last ferry left for the northern islands",
        "shortly before the final boat to the islands up north",
        "as the evening ferry was about to leave for the north",
        "right ahead of the last crossing to the northern isles",
        "when the final ferry north was nearly gone",
        "a little before the boat set out for the upper islands",
        "minutes ahead of the last sailing to the isles",
        "before the late ferry cast off towards the north",
    ),
    (
        "after the clock maker closed his shop on winter evenings",
        "once the watchmaker had shut his store on a cold evening",
        "when winter nights came and the clock shop was closed",
        "as the maker of clocks locked his door in winter",
        "on winter evenings with the clock maker's shutters down",
        "after closing time at the clock shop in the cold months",
        "with the watchmaker gone home on a winter night",
        "when the man who makes clocks had closed for the night",
    ),
)

# Words of one piece each, eight to a phrase, from which a search with a language model sets out.
STARTS: Final = (
    "we went to the old market in town",
    "she told me about the summer by the",
    "they talked for hours about music and art",
    "when the rain came we stayed at home",
    "he was happy to see his family again",
    "it was a long walk along the river",
)
