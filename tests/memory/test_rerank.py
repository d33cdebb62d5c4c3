"""Recall with a reranker whose scores are written down beforehand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

from memsvc.domain.drafts import NewItem, NewSession, NewTurn
from memsvc.domain.ids import SessionId
from memsvc.domain.recall import Level, Mode, RecallQuery, RecallResult
from memsvc.domain.scope import Scope
from memsvc.errors import InvalidInput, RerankerUnavailable
from memsvc.memory.reranking import Reranking
from memsvc.memory.service import MemoryService
from memsvc.ports.reranking import RerankScores
from memsvc.ports.storage import Reader
from memsvc_retrieval.hybrid import FusionSettings, HybridRetriever
from tests.memory.conftest import ACTOR, OWN_MODES, SCOPE, World

PETS = ["dog called Pixel", "dog called Bo", "dog Kiwi", "cat called Mochi", "harbour", "museum"]
QUESTION = "dog called Pixel"


class Scripted:
    """Gives each text its score, 0 to those unknown; fails while `broken`."""

    name = "scripted"

    def __init__(self, scores: Mapping[str, float]) -> None:
        self.scores = scores
        self.broken = False
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self.meanwhile: Callable[[], object] | None = None

    def score(self, question: str, texts: Sequence[str]) -> RerankScores:
        self.asked.append((question, tuple(texts)))
        if self.meanwhile is not None:
            self.meanwhile()
        if self.broken:
            raise RerankerUnavailable("the model is away")
        return np.array([self.scores.get(text, 0.0) for text in texts], np.float32)


@pytest.fixture
def filled(world: World) -> World:
    world.service.remember(SCOPE, [NewItem(text) for text in PETS], actor=ACTOR)
    return world


def ask(world: World, query: RecallQuery, reranker: Scripted, *, depth: int = 30) -> RecallResult:
    context = replace(world.context, reranking=Reranking(reranker, depth))
    return MemoryService(context).recall(SCOPE, query)


def contents(result: RecallResult) -> list[str]:
    return [hit.note.content for hit in result.hits]


@pytest.mark.parametrize("mode", OWN_MODES)
def test_the_rerankers_best_comes_first_in_every_mode(filled: World, mode: Mode) -> None:
    reranker = Scripted({"dog Kiwi": 4.0, "dog called Bo": -3.0, QUESTION: -5.0})
    found = contents(ask(filled, RecallQuery(QUESTION, mode=mode), reranker))
    assert (found[0], found[-2:]) == ("dog Kiwi", ["dog called Bo", QUESTION])


def test_scores_are_those_of_the_places(filled: World) -> None:
    plain = filled.service.recall(SCOPE, RecallQuery(QUESTION))
    result = ask(filled, RecallQuery(QUESTION), Scripted({text: place for place, text in enumerate(PETS)}))
    assert contents(result) == PETS[::-1]
    assert [hit.score for hit in result.hits] == [hit.score for hit in plain.hits]


def test_ties_keep_the_fused_order(filled: World) -> None:
    plain = contents(filled.service.recall(SCOPE, RecallQuery(QUESTION)))
    assert contents(ask(filled, RecallQuery(QUESTION), Scripted({}))) == plain


def test_what_is_behind_the_depth_keeps_its_order_and_is_not_read(filled: World) -> None:
    plain = contents(filled.service.recall(SCOPE, RecallQuery(QUESTION)))
    reranker = Scripted({plain[1]: 1.0, plain[5]: 9.0})
    found = contents(ask(filled, RecallQuery(QUESTION), reranker, depth=2))
    assert found == [plain[1], plain[0], *plain[2:]]
    assert reranker.asked == [(QUESTION, (plain[0], plain[1]))]


def test_pages_join_to_the_whole_across_the_depth(filled: World) -> None:
    reranker = Scripted({text: float(place) for place, text in enumerate(PETS)})
    whole = contents(ask(filled, RecallQuery(QUESTION), reranker, depth=3))
    pages: list[str] = []
    offset: int | None = 0
    while offset is not None:
        page = ask(filled, RecallQuery(QUESTION, k=2, offset=offset), reranker, depth=3)
        pages += contents(page)
        offset = page.next_offset
    assert pages == whole


def test_a_page_behind_the_depth_asks_no_model(filled: World) -> None:
    reranker = Scripted({})
    ask(filled, RecallQuery(QUESTION, offset=3), reranker, depth=3)
    assert reranker.asked == []


def test_without_candidates_no_model_is_asked(world: World) -> None:
    world.service.remember(SCOPE, [NewItem("harbour")], actor=ACTOR)
    reranker = Scripted({})
    assert ask(world, RecallQuery("dog", mode=Mode.LEXICAL), reranker).hits == ()
    assert reranker.asked == []


def test_a_failure_keeps_the_fused_order_and_is_told(filled: World) -> None:
    plain = filled.service.recall(SCOPE, RecallQuery(QUESTION, explain=True))
    reranker = Scripted({"museum": 9.0})
    reranker.broken = True
    result = ask(filled, RecallQuery(QUESTION, explain=True), reranker)
    assert result == replace(plain, degraded=("rerank: the model is away",))


def test_embedder_and_reranker_can_both_be_away(filled: World) -> None:
    reranker = Scripted({})
    reranker.broken = filled.embedder.broken = True
    result = ask(filled, RecallQuery(QUESTION), reranker)
    assert result.degraded == ("dense: the model is away", "rerank: the model is away")


def test_explanation_gives_the_rerankers_rank_and_score(filled: World) -> None:
    reranker = Scripted({"dog Kiwi": 4.0, QUESTION: 2.5})
    hits = ask(filled, RecallQuery(QUESTION, k=6, explain=True), reranker, depth=4).hits
    arms = {hit.note.content: hit.arms.get("rerank") for hit in hits}
    first, second = arms["dog Kiwi"], arms[QUESTION]
    assert first is not None
    assert second is not None
    assert [(first.rank, first.score), (second.rank, second.score)] == [(1, 4.0), (2, 2.5)]
    assert [arm is None for arm in arms.values()] == [False] * 4 + [True] * 2


def test_a_note_purged_while_the_model_reads_is_not_given(filled: World) -> None:
    target = filled.service.recall(SCOPE, RecallQuery("harbour", k=1)).hits[0].note
    reranker = Scripted({"harbour": 9.0})
    reranker.meanwhile = lambda: filled.service.purge(SCOPE, [target.id], actor=ACTOR)
    assert set(contents(ask(filled, RecallQuery(QUESTION), reranker))) == {*PETS} - {"harbour"}


@pytest.mark.parametrize("level", Level)
def test_no_transaction_is_open_while_the_model_reads(
    filled: World, monkeypatch: pytest.MonkeyPatch, level: Level
) -> None:
    begin, readers, seen = filled.storage.reader, [], []

    @contextmanager
    def counted(scope: Scope) -> Iterator[Reader]:
        with begin(scope) as reader:
            readers.append(reader)
            yield reader
            readers.remove(reader)

    monkeypatch.setattr(filled.storage, "reader", counted)
    reranker = Scripted({})
    reranker.meanwhile = lambda: seen.append(len(readers))
    ask(filled, RecallQuery(QUESTION, level=level), reranker)
    assert seen == [0]


def test_a_minimum_score_cuts_by_place(filled: World) -> None:
    plain = filled.service.recall(SCOPE, RecallQuery(QUESTION)).hits
    query = RecallQuery(QUESTION, min_score=plain[1].score)
    assert contents(ask(filled, query, Scripted({"museum": 2.0, "dog Kiwi": 1.0}))) == ["museum", "dog Kiwi"]


@pytest.mark.parametrize("fusion", ["blend", "rrf"])
def test_sessions_are_ranked_by_the_reranked_notes(world: World, fusion: str) -> None:
    for name, words in (("pets", ["dog Pixel", "cat Mochi"]), ("work", ["the dog at work", "museum"])):
        turns = tuple(NewTurn("user", text) for text in words)
        world.service.remember_sessions(SCOPE, [NewSession(turns, id=SessionId(name))], actor=ACTOR)
    retriever = HybridRetriever(world.context.index, FusionSettings(fusion=fusion))  # type: ignore[arg-type]
    world = replace(world, context=replace(world.context, retriever=retriever))
    query = RecallQuery("dog Pixel", level=Level.SESSION)
    plain = MemoryService(world.context).recall(SCOPE, query).sessions
    assert [found.session.id for found in plain] == ["pets", "work"]
    result = ask(world, query, Scripted({"museum": 3.0, "the dog at work": 2.0}))
    assert [found.session.id for found in result.sessions] == ["work", "pets"]
    assert [hit.note.content for hit in result.sessions[0].hits] == ["museum", "the dog at work"]
    scores = [found.score for found in result.sessions]
    assert scores == sorted(scores, reverse=True)


def test_a_depth_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidInput, match="at least one"):
        Reranking(Scripted({}), 0)
