"""Recall by blended scores: when is asked, what is embedded, and what the scores are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from memsvc.domain.drafts import NewItem, NewSession, NewTurn
from memsvc.domain.ids import SessionId
from memsvc.domain.recall import Level, Mode, RecallQuery, RecallResult
from memsvc.domain.selection import Selection
from memsvc.memory.service import MemoryService
from memsvc.ports.ranking import Candidates, RetrievalRequest
from memsvc_retrieval.fusion import reciprocal_rank_fusion
from memsvc_retrieval.hybrid import FusionSettings, HybridRetriever
from tests.memory.conftest import ACTOR, OWN_MODES, SCOPE, World

QUESTION = "Where did I have green tea last month?"
# The same words, so that nothing but the time tells them apart.
MONTHS = {"I had green tea": 2, "I had green tea.": 3, "I had green tea!": 4}
FEBRUARY, MARCH, APRIL = MONTHS


def asked(month: int, day: int = 20, **fields: object) -> RecallQuery:
    return RecallQuery(QUESTION, asked_at=datetime(2024, month, day, 12, tzinfo=UTC), **fields)  # type: ignore[arg-type]


def contents(found: RecallResult) -> list[str]:
    return [hit.note.content for hit in found.hits]


@pytest.fixture
def months(world: World) -> World:
    """Three notes alike, each of the middle of a month."""
    items = [NewItem(text, event_time=datetime(2024, month, 15, tzinfo=UTC)) for text, month in MONTHS.items()]
    world.service.remember(SCOPE, items, actor=ACTOR)
    return world


def first(world: World, query: RecallQuery) -> str:
    return contents(world.service.recall(SCOPE, query))[0]


@pytest.mark.parametrize(("month", "text"), [(3, FEBRUARY), (4, MARCH), (5, APRIL)])
@pytest.mark.parametrize("mode", OWN_MODES)
def test_last_month_is_the_one_before_the_question(months: World, mode: Mode, month: int, text: str) -> None:
    assert first(months, asked(month, mode=mode)) == text


def test_by_default_the_question_is_asked_now(months: World) -> None:
    assert first(months, RecallQuery(QUESTION)) == APRIL


def test_a_moment_without_a_zone_is_utc(months: World) -> None:
    naive = datetime(2024, 3, 20, 12)  # noqa: DTZ001
    assert first(months, RecallQuery(QUESTION, asked_at=naive)) == FEBRUARY


def test_a_moment_of_another_zone_counts_in_utc(months: World) -> None:
    april_in_utc = datetime(2024, 5, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    assert first(months, RecallQuery(QUESTION, asked_at=april_in_utc)) == MARCH


def test_only_the_order_depends_on_when_is_asked(months: World) -> None:
    found = [set(contents(months.service.recall(SCOPE, asked(month)))) for month in (3, 5)]
    assert found == [set(MONTHS)] * 2


def test_a_question_of_no_time_does_not_look_at_the_clock(months: World) -> None:
    answers = [
        months.service.recall(SCOPE, RecallQuery("green tea", asked_at=at))
        for at in (None, datetime(2024, 3, 20, tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    ]
    assert answers[0] == answers[1] == answers[2]


def test_without_the_embedder_words_and_time_still_answer(months: World) -> None:
    months.embedder.broken = True
    found = months.service.recall(SCOPE, asked(3))
    assert contents(found)[0] == FEBRUARY
    assert found.degraded == ("dense: the model is away",)


@pytest.mark.parametrize("mode", OWN_MODES)
def test_scores_descend_and_lie_about_between_zero_and_one(months: World, mode: Mode) -> None:
    scores = [hit.score for hit in months.service.recall(SCOPE, RecallQuery("green tea", mode=mode)).hits]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1.1 for score in scores)


def test_sessions_of_the_time_asked_about_come_first(world: World) -> None:
    for text, month in MONTHS.items():
        turns = (NewTurn("user", text), NewTurn("assistant", "Well done."))
        at = datetime(2024, month, 15, tzinfo=UTC)
        session = NewSession(turns, id=SessionId(f"month-{month}"), started_at=at)
        world.service.remember_sessions(SCOPE, [session], actor=ACTOR)
    for month in (3, 4, 5):
        found = world.service.recall(SCOPE, asked(month, level=Level.SESSION)).sessions
        assert found[0].session.id == f"month-{month - 1}"
        assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
        assert len(found) == 3


@pytest.fixture
def talk(world: World) -> World:
    said = ["moved to Rome", "likes tea", "has a dog", "sings well", "runs far"]
    items = [NewItem(f"{name}: {name} {text}") for text in said for name in ("Ann", "Bob")]
    world.service.remember(SCOPE, items, actor=ACTOR)
    return world


def with_rrf(world: World, *, rrf_k: float = 10.0) -> HybridRetriever:
    return HybridRetriever(world.context.index, FusionSettings(fusion="rrf", rrf_k=rrf_k))


def test_speakers_are_not_embedded(talk: World) -> None:
    talk.service.recall(SCOPE, RecallQuery("Where did Ann's friend Bob move?"))
    assert talk.embedder.texts[-1] == "Where did friend move?"


def test_a_new_speaker_is_known_at_once(talk: World) -> None:
    talk.service.recall(SCOPE, RecallQuery("Where is Eve?"))
    assert talk.embedder.texts[-1] == "Where is Eve?"
    talk.service.remember(SCOPE, [NewItem(f"Eve: hello {n}") for n in range(5)], actor=ACTOR)
    talk.service.recall(SCOPE, RecallQuery("Where is Eve?"))
    assert talk.embedder.texts[-1] == "Where is ?"


def test_the_named_speakers_note_comes_first(talk: World) -> None:
    for name in ("Ann", "Bob"):
        found = contents(talk.service.recall(SCOPE, RecallQuery(f"Who likes tea, is it {name}?", k=1)))
        assert found == [f"{name}: {name} likes tea"]


def test_reciprocal_ranks_embed_the_question_as_it_is(talk: World) -> None:
    service = MemoryService(replace(talk.context, retriever=with_rrf(talk)))
    service.recall(SCOPE, RecallQuery("Where did Ann move?"))
    assert talk.embedder.texts[-1] == "Where did Ann move?"


def candidates(world: World, retriever: HybridRetriever, text: str, *, level: Level = Level.NOTE) -> Candidates:
    request = RetrievalRequest(
        text, world.embedder.embed_query(text), Mode.HYBRID, level, 50, Selection(), world.clock.now
    )
    with world.storage.reader(SCOPE) as reader:
        assert reader.state is not None
        return retriever.retrieve(reader, reader.state, request)


def test_reciprocal_ranks_are_those_of_whole_texts_and_words(months: World) -> None:
    found = candidates(months, with_rrf(months, rrf_k=7.0), QUESTION)
    weights = {"dense": 1.0, "lexical_user": 0.5, "lexical_all": 0.5}
    expected = reciprocal_rank_fusion(found.arms, weights, k=7.0)
    assert found.arms.keys() == weights.keys()
    assert found.fused.rows.tolist() == expected.rows.tolist()
    assert found.fused.scores.tolist() == expected.scores.tolist()


def test_recall_answers_with_reciprocal_ranks_when_set_to(months: World) -> None:
    retriever = with_rrf(months)
    fused = candidates(months, retriever, QUESTION).fused
    hits = MemoryService(replace(months.context, retriever=retriever)).recall(SCOPE, RecallQuery(QUESTION)).hits
    assert [(hit.note.row, hit.score) for hit in hits] == list(
        zip(fused.rows.tolist(), fused.scores.tolist(), strict=True)
    )


def test_reciprocal_ranks_do_not_look_at_the_time(months: World) -> None:
    service = MemoryService(replace(months.context, retriever=with_rrf(months)))
    assert service.recall(SCOPE, asked(3)) == service.recall(SCOPE, asked(5))


@pytest.mark.parametrize("fusion", ["blend", "rrf"])
def test_sessions_are_ranked_anew_when_notes_are_put_in_another_order(world: World, fusion) -> None:
    for name in ("home", "work"):
        turns = (NewTurn("user", f"I had green tea at {name}"), NewTurn("assistant", "Well done."))
        world.service.remember_sessions(SCOPE, [NewSession(turns, id=SessionId(name))], actor=ACTOR)
    retriever = HybridRetriever(world.context.index, FusionSettings(fusion=fusion))
    found = candidates(world, retriever, "green tea at home", level=Level.SESSION)
    turned = retriever.reordered(found, replace(found.fused, rows=found.fused.rows[::-1]))
    assert [each.session_row for each in turned.sessions] == [each.session_row for each in found.sessions][::-1]
    assert retriever.reordered(found, found.fused) == found
