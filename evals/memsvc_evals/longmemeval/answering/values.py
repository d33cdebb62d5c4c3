"""From ranked places to what is read: whole sessions or rounds, without any label."""

from __future__ import annotations

from collections.abc import Mapping

from memsvc.errors import InvalidInput
from memsvc_agents.reading.items import Item, ReadTurn
from memsvc_evals.longmemeval.answering.log import LoggedQuestion, Place
from memsvc_evals.longmemeval.expansion.cache import ExpansionCache
from memsvc_evals.longmemeval.question import LmeSession, LmeTurn

__all__ = ["evidence_is_in", "items_of"]


def items_of(logged: LoggedQuestion, top_k: int, facts: ExpansionCache | None = None) -> list[Item]:
    """Return the first `top_k` as items to read, with the facts that a cache of expansions has of them.

    Raises InvalidInput for a cache of sessions with a log of turns, and the other way round.
    """
    if facts is not None:
        _check_level(logged, facts)
    items = []
    for rank, (place, identity) in enumerate(zip(logged.places[:top_k], logged.ids, strict=False)):
        session = logged.question.haystack[place.session]
        items.append(
            Item(
                session=str(place.session),
                at=session.at,
                date=session.date,
                turns=tuple(_shown(session.turns[position]) for position in _span(session, place)),
                rank=rank,
                position=place.turn or 0,
                facts=(facts.get(identity) or ()) if facts else (),
            )
        )
    return items


def _check_level(logged: LoggedQuestion, facts: ExpansionCache) -> None:
    levels = {"session" if place.turn is None else "turn" for place in logged.places}
    if levels - {facts.expansion.level}:
        raise InvalidInput(
            f"question {logged.question.id}: the log ranks {levels.pop()}s, and {facts.expansion} has facts of "
            f"{facts.expansion.level}s; take the log of {facts.expansion.level}s, or other --facts"
        )


def evidence_is_in(logged: LoggedQuestion, read: Mapping[int, int | None]) -> bool | None:
    """Say whether what was read has all the evidence; None for an abstention question.

    `read` has, for each rank that was read, how many of its turns were whole, None for all. Evidence is every turn
    with has_answer, said by either side; of a question without such a turn, every session of answer_session_ids.
    """
    question = logged.question
    if question.is_abstention:
        return None
    evidence = {
        (session.id, position)
        for session in question.haystack
        for position, turn in enumerate(session.turns)
        if turn.has_answer
    }
    places = {rank: logged.places[rank] for rank in read}
    if not evidence:
        return set(question.answer_session_ids) <= {question.haystack[p.session].id for p in places.values()}
    return evidence <= {
        (question.haystack[place.session].id, position)
        for rank, place in places.items()
        for position in _span(question.haystack[place.session], place)[: read[rank]]
    }


def _span(session: LmeSession, place: Place) -> range:
    """Return the positions of the whole session, or of the round: the turn with the one after it."""
    turns = range(len(session.turns))
    return turns if place.turn is None else turns[place.turn : place.turn + 2]


def _shown(turn: LmeTurn) -> ReadTurn:
    return ReadTurn(turn.role, turn.content)
