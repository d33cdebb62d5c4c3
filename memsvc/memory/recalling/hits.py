"""Hits: a note that was found with its standing, its ranks and its neighbours."""

from __future__ import annotations

from memsvc.domain.recall import ArmScore, Hit, RecallQuery
from memsvc.memory.influence import FULL, Judge
from memsvc.memory.presenting import presented
from memsvc.memory.recalling.confirming import Confirmed
from memsvc.ports.ranking import Candidates
from memsvc.ports.storage import Reader

__all__ = ["cost", "estimate_tokens", "make_hit"]

_CHARS_PER_TOKEN = 4


def estimate_tokens(text: str) -> int:
    """Return the estimated number of LLM tokens of a text: a quarter of its characters, rounded up."""
    return -(-len(text) // _CHARS_PER_TOKEN)


def cost(hit: Hit) -> int:
    """Return the estimated tokens of a hit with its neighbours."""
    tokens = estimate_tokens(hit.note.content)
    for note in (*hit.before, *hit.after):
        tokens += estimate_tokens(note.content)
    return tokens


def make_hit(
    reader: Reader,
    query: RecallQuery,
    candidates: Candidates,
    found: Confirmed,
    judge: Judge,
) -> Hit:
    """Return the hit for a note with its score and standing."""
    note, standing = found.note, found.standing
    arms = _arm_scores(candidates, note.row) if query.explain else {}
    hit = Hit(presented(note), found.score, arms, influence=standing.influence, reason=standing.reason)
    if not query.neighbours:
        return hit
    before, after = reader.around(note, count=query.neighbours)
    judged = {each.id: judge.beside(reader, each, standing) for each in (*before, *after)}
    lowered = {each: beside for each, beside in judged.items() if beside != FULL}
    if query.full_only:
        before, after = ([each for each in side if each.id not in lowered] for side in (before, after))
        lowered = {}
    return hit._replace(before=tuple(map(presented, before)), after=tuple(map(presented, after)), beside=lowered)


def _arm_scores(candidates: Candidates, row: int) -> dict[str, ArmScore]:
    scores = {}
    for name, ranked in candidates.arms.items():
        places = (ranked.rows == row).nonzero()[0]
        if len(places):
            place = int(places[0])
            scores[name] = ArmScore(place + 1, float(ranked.scores[place]))
    return scores
