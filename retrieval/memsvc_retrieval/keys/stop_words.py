"""Words that say nothing of what a text is about."""

from __future__ import annotations

from typing import Final

__all__ = ["CALENDAR_WORDS", "OPENING_WORDS", "STOP_WORDS"]

_WORDS: Final = """
a about above actually after again against ago all almost alone along already also although always am an and
another any anybody anyone anything anyway anyways are aren't around as ask asking at away back basically be
because been before being below best better between both but by came can can't cannot come coming consider could
couldn't course currently definitely did didn't different do does doesn't doing don't done down during each
either else especially etc even ever every everything exactly explain feel few find first for found from further
general get gets getting give given gives giving go going gonna good got great had hadn't has hasn't have haven't
having he he'd he'll he's hello help helpful her here here's hers herself hey hi him himself his hmm hope how
how's however i i'd i'll i'm i've idea ideas if in include including info information instead interested
interesting into is isn't it it'd it'll it's its itself just keep kind know later least let let's like likely
little ll long look looking looks lot lots love made mainly make makes making many may maybe me mean means
mention mentioned might mind mine more most mostly much must mustn't my myself near need needs neither never new
next nice no none nor not nothing now of off often oh ok okay on once one ones only onto or other others our ours
out over own past per perhaps please possible pretty probably provide put quite rather re really recently
recommend recommendation recommendations regarding right said same say saying see seem seems several shall she
she'd she'll she's should shouldn't since so some somebody someone something sometimes soon sorry sort speaking
specific still such suggest suggestion suggestions sure take taking tell than thank thanks that that'd that'll
that's the their theirs them themselves then there there's these they they'd they'll they're they've thing things
think thinking this those though through throughout thus till tips to together too tried try trying two under
until up upon us use used useful using usually ve very via want wanted wanting was wasn't way ways we we'd we'll
we're we've well were weren't what what's whatever when when's where where's whether which while who who's whole
whom whose why will wish with within without won't wonder wondering work works would wouldn't wow yeah yes yet
you you'd you'll you're you've your yours yourself yourselves
"""
# Words that are capital because a sentence begins with them; unlike "New" and "Great" hardly ever part of a name.
_OPENING: Final = """
a about actually after also although an and another any anyway are as at because before both but by can could did
do does during each either especially even every finally first for from furthermore given he hello her here hey
hi his how however i i'd i'll i'm i've if in instead is it it'd it'll it's its just last lastly lately let let's
like maybe meanwhile moreover my next no not now of oh ok okay on once one or our over perhaps please recently
second she should since so some sorry speaking sure thank thanks that that's the their then there there's these
they they're third this those though to today under until we we'd we'll we're we've well what what's when where
which while who whose why will with without would wow yes yet you you'd you'll you're you've your
"""
_CALENDAR: Final = """
monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
september october november december today tomorrow yesterday tonight day days week weeks month months year years
mornings afternoons evenings weekends mondays tuesdays wednesdays thursdays fridays saturdays sundays morning
afternoon evening weekend am pm
"""

STOP_WORDS: Final[frozenset[str]] = frozenset(_WORDS.split())
OPENING_WORDS: Final[frozenset[str]] = frozenset(_OPENING.split())
CALENDAR_WORDS: Final[frozenset[str]] = frozenset(_CALENDAR.split())
