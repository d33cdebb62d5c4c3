"""Whatever is stored and asked: without untrusted words both questions are one, and influence only falls."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memsvc.domain.drafts import NewItem, NewSession, NewTurn
from memsvc.domain.ids import SessionId
from memsvc.domain.notes import TRUST_OF_ORIGIN, Kind, Origin
from memsvc.domain.recall import Hit, Influence, Level, Mode, QuerySpan, RecallQuery, RecallResult
from memsvc_stores.memory import MemoryStorage
from tests.memory.conftest import ACTOR, SCOPE, World, make_world

WORDS = ["dog", "cat", "harbour", "street", "name", "pottery", "night", "brass", "quartz", "violin"]
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
ORIGINS = st.sampled_from(list(Origin))
ITEMS = st.lists(st.tuples(TEXTS, ORIGINS, st.sampled_from([Kind.FACT, Kind.THOUGHT])), min_size=1, max_size=14)
SPANS = st.lists(st.tuples(TEXTS, ORIGINS), min_size=1, max_size=4)
LEAST = TRUST_OF_ORIGIN[Origin.MODEL_INFERENCE]
ORDINARY = settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])


def filled(items: Sequence[tuple[str, Origin, Kind]], folder: str) -> World:
    world = make_world(MemoryStorage(), Path(folder))
    new = [NewItem(text, origin=origin, kind=kind) for text, origin, kind in items]
    world.service.remember(SCOPE, new, actor=ACTOR)
    turns = tuple(NewTurn("user", text) for text, _, _ in items)
    world.service.remember_sessions(SCOPE, [NewSession(turns, id=SessionId("talk"))], actor=ACTOR)
    return world


def query_of(spans: Sequence[tuple[str, Origin]], mode: Mode, level: Level, k: int) -> RecallQuery:
    made = tuple(QuerySpan(text, origin) for text, origin in spans)
    return RecallQuery(" ".join(text for text, _ in spans), spans=made, mode=mode, level=level, k=k)


def hits_of(result: RecallResult) -> list[Hit]:
    return [*result.hits, *(hit for session in result.sessions for hit in session.hits)]


@pytest.mark.slow
@ORDINARY
@given(ITEMS, SPANS, st.sampled_from(list(Mode)), st.sampled_from(list(Level)), st.integers(1, 5))
def test_labels_change_what_hits_may_do_and_nothing_else(
    items: list[tuple[str, Origin, Kind]],
    spans: list[tuple[str, Origin]],
    mode: Mode,
    level: Level,
    k: int,
) -> None:
    with TemporaryDirectory() as folder:
        world = filled(items, folder)
        query = query_of(spans, mode, level, k)
        plain = hits_of(world.service.recall(SCOPE, RecallQuery(query.text, mode=mode, level=level, k=k)))
        told = hits_of(world.service.recall(SCOPE, query))
        world.context.index.close()
    assert [(hit.note, hit.score) for hit in told] == [(hit.note, hit.score) for hit in plain]
    for labelled, unlabelled in zip(told, plain, strict=True):
        assert labelled.influence is not Influence.FULL or unlabelled.influence is Influence.FULL
        assert labelled.influence is not Influence.FULL or TRUST_OF_ORIGIN[labelled.note.origin] >= LEAST
        assert (labelled.influence is Influence.FULL) is (labelled.reason is None)
    if all(TRUST_OF_ORIGIN[origin] >= LEAST for _, origin in spans):
        assert told == plain
    if all(TRUST_OF_ORIGIN[origin] < LEAST for _, origin in spans):
        assert all(hit.influence is not Influence.FULL for hit in told)


@pytest.mark.slow
@ORDINARY
@given(ITEMS, SPANS, st.sampled_from(list(Mode)), st.integers(1, 5))
def test_what_is_asked_for_of_full_influence_is_what_the_trusted_words_find(
    items: list[tuple[str, Origin, Kind]], spans: list[tuple[str, Origin]], mode: Mode, k: int
) -> None:
    trusted = [(text, origin) for text, origin in spans if TRUST_OF_ORIGIN[origin] >= LEAST]
    with TemporaryDirectory() as folder:
        world = filled(items, folder)
        query = query_of(spans, mode, Level.NOTE, k)
        asked = RecallQuery(query.text, spans=query.spans, mode=mode, k=k, full_only=True)
        told = hits_of(world.service.recall(SCOPE, asked))
        alone = query_of(trusted, mode, Level.NOTE, k) if trusted else None
        same = (
            hits_of(world.service.recall(SCOPE, RecallQuery(alone.text, mode=mode, k=k, full_only=True)))
            if alone
            else []
        )
        world.context.index.close()
    assert told == same
    assert all(hit.influence is Influence.FULL for hit in told)
