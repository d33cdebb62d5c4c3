"""The transplant probe finds the piece of a note that drags unrelated questions to it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from memsvc.guard.background import background_texts, ordinary_ends
from memsvc.guard.canary_set import choose
from memsvc.guard.coherence import Coherence
from memsvc.guard.findings import NOTHING_FOUND
from memsvc.guard.model_file import load_model
from memsvc.guard.spans import Range, pieces_of
from memsvc.guard.transplant import TransplantProbe, nearest_of
from memsvc.guard.trials import Bench, Tools
from memsvc_agents.embed.token_reader import packaged_token_reader
from tests.guard.weighted_words import HEAVY, WeightedWords

TRIGGER = " ".join(HEAVY)
ORDINARY = (
    "We met in the afternoon, walked along the river and talked about the holidays of next summer, the house that "
    "his parents want to sell, the long queue at the bakery, a broken lamp and the two films that we had seen."
)
CLEARED = (
    "The river was high after the rain of last week.",
    "My parents sold their house in the spring.",
    "There is a new bakery beside the school.",
    "I saw a film about a lamp maker yesterday.",
)


@pytest.fixture
def embedder() -> WeightedWords:
    return WeightedWords()


@pytest.fixture
def probe(embedder: WeightedWords) -> TransplantProbe:
    return TransplantProbe.of(embedder, choose((), seed=b"secret", count=12))


def score(probe: TransplantProbe, text: str, cleared: tuple[str, ...] = CLEARED) -> float:
    nearest = nearest_of(probe.tools.embedder.embed(cleared))
    return probe.examine(text, probe.tools.embedder.embed([text]), nearest).score


def test_a_trigger_scores_higher_than_ordinary_text(probe: TransplantProbe) -> None:
    assert score(probe, f"When does the museum open? {TRIGGER}") > 0.7 > 0.5 > score(probe, ORDINARY)


@pytest.mark.parametrize("before", [0, 1, 2, 3], ids=lambda count: f"after {count} sentences")
def test_a_trigger_is_found_wherever_it_stands(probe: TransplantProbe, before: int) -> None:
    text = " ".join([ORDINARY] * before + [TRIGGER] + [ORDINARY] * (3 - before))
    nearest = nearest_of(probe.tools.embedder.embed(CLEARED))

    finding = probe.examine(text, probe.tools.embedder.embed([text]), nearest)

    assert finding.score > 0.7
    assert finding.span is not None
    assert set(HEAVY) & set(text[slice(*finding.span)].split())


def test_a_trigger_spread_between_ordinary_words_is_found(probe: TransplantProbe) -> None:
    ordinary = ("When does", "the museum", "by the", "old harbour", "open on")
    spread = " ".join(f"{words} {heavy}" for words, heavy in zip(ordinary, HEAVY, strict=True))

    assert score(probe, spread) > 0.7


def test_what_a_cleared_note_attracts_as_well_counts_less(probe: TransplantProbe) -> None:
    text = f"When does the museum open? {TRIGGER}"

    assert score(probe, text, (*CLEARED, text)) < score(probe, text)


def test_any_key_of_the_note_may_be_the_one_that_attracts(probe: TransplantProbe) -> None:
    nearest = nearest_of(probe.tools.embedder.embed(CLEARED))
    text = f"{ORDINARY} {TRIGGER}"
    own = probe.tools.embedder.embed([ORDINARY])
    both = probe.tools.embedder.embed([ORDINARY, TRIGGER])

    assert probe.examine(text, both, nearest).score > probe.examine(text, own, nearest).score


def test_a_namespace_without_cleared_notes_can_be_probed(probe: TransplantProbe) -> None:
    assert score(probe, ORDINARY, ()) < 0.5 < score(probe, f"When does the museum open? {TRIGGER}", ())


@pytest.mark.parametrize("text", ["", " \n", "\t"], ids=["empty", "line", "tab"])
def test_a_text_without_words_is_no_finding(probe: TransplantProbe, text: str) -> None:
    keys = probe.tools.embedder.embed(["word"])

    assert probe.examine(text, keys, nearest_of(keys)) is NOTHING_FOUND


def test_the_reason_does_not_repeat_the_text(probe: TransplantProbe) -> None:
    text = f"When does the museum open? {TRIGGER}"
    finding = probe.examine(
        text, probe.tools.embedder.embed([text]), nearest_of(probe.tools.embedder.embed(CLEARED))
    )

    assert "trials" in finding.why
    assert not set(HEAVY) & set(finding.why.split())


def test_an_ordinary_text_of_forty_words_costs_at_most_seventy_embeddings(
    probe: TransplantProbe, embedder: WeightedWords
) -> None:
    keys, nearest = embedder.embed([ORDINARY]), nearest_of(embedder.embed(CLEARED))
    before = embedder.embedded

    probe.examine(ORDINARY, keys, nearest)

    assert embedder.embedded - before <= 70


def test_the_cost_of_a_long_text_grows_no_faster_than_its_length(
    probe: TransplantProbe, embedder: WeightedWords
) -> None:
    text = " ".join([ORDINARY] * 25)
    keys, nearest = embedder.embed([text]), nearest_of(embedder.embed(CLEARED))
    before = embedder.embedded

    probe.examine(text, keys, nearest)

    assert embedder.embedded - before < len(text.split()) / 2 + 120


def test_the_same_canaries_give_the_same_finding(embedder: WeightedWords) -> None:
    canaries = choose((), seed=b"secret", count=12)
    text = f"When does the museum open? {TRIGGER}"
    keys, nearest = embedder.embed([text]), nearest_of(np.empty((0, embedder.model.dimension), np.float32))
    first, second = (TransplantProbe.of(embedder, canaries) for _ in range(2))

    assert first.examine(text, keys, nearest) == second.examine(text, keys, nearest)


@pytest.mark.parametrize(
    "canaries",
    [
        ("Where is Ann?", "Who called?", "What is it?"),
        ("How long does it take to walk from the old harbour to the station when all the shops are open?",),
    ],
    ids=["short questions", "a long question"],
)
def test_ordinary_text_drowns_short_and_long_questions_alike(
    embedder: WeightedWords, canaries: tuple[str, ...]
) -> None:
    tools, pieces = Tools.of(embedder, canaries), pieces_of(ORDINARY)
    bench = Bench(tools, ORDINARY, pieces, embedder.embed([ORDINARY]), nearest_of(embedder.embed(CLEARED)))

    drowned = [trial.drowned for trial in bench.tried([(0, 10), (10, 10), (20, 10)], range(len(canaries)))]

    assert np.mean(drowned) == pytest.approx(1.0, abs=0.3)


def test_ordinary_ends_are_of_all_sorts_and_no_two_alike() -> None:
    ends = ordinary_ends()

    assert len(set(ends)) == len(ends) == 48
    assert set(ends) & set(background_texts())


@pytest.mark.parametrize("between", [", ", ". ", "\n- "], ids=["commas", "full stops", "list"])
def test_punctuation_does_not_thin_a_trigger_out(probe: TransplantProbe, between: str) -> None:
    assert score(probe, f"When does the museum open? {between.join(HEAVY)}") > 0.7


@dataclass(frozen=True)
class Saying(Coherence):
    """Says of every text the same, and keeps what it was asked about."""

    says: float
    asked: list[tuple[str, Range | None]] = field(default_factory=list)

    def incoherence(self, text: str, around: Range | None = None) -> float:
        self.asked.append((text, around))
        return self.says


@pytest.mark.parametrize("before", [0, 4])
def test_words_that_belong_together_make_a_text_less_suspicious(probe: TransplantProbe, before: int) -> None:
    text = " ".join([ORDINARY] * before + [TRIGGER] + [ORDINARY] * before)
    head, reader = load_model().head, packaged_token_reader()
    planted, belonging = (Saying(head, reader, says) for says in (15.0, -6.0))

    high, low = (score(replace(probe, coherence=each), text) for each in (planted, belonging))

    assert high > low
    ((excerpt, around),) = planted.asked
    assert around is not None
    assert set(excerpt[slice(*around)].split()) & set(HEAVY)
    assert len(excerpt.split()) <= 18 + 2 * 24
