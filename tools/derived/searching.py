"""What derived work asks of a full namespace, note by note, and what links and thoughts add to a recall."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from memsvc.app import App, build
from memsvc.domain.ids import NoteId
from memsvc.domain.jobs import LINK_NOTES, ORGANISE
from memsvc.domain.notes import Note
from memsvc.domain.recall import Level, Mode, RecallQuery
from memsvc.domain.selection import Selection
from memsvc.memory.kept_thoughts import candidates
from memsvc.memory.rule_links import entity_weights
from memsvc.ports.ranking import Ranked, RetrievalRequest
from memsvc.ports.storage import Reader
from memsvc.settings import GuardSettings, Settings
from memsvc.wiring.amem import amem_tools
from memsvc_retrieval.blended import BlendSettings
from memsvc_retrieval.graph.expansion import LinkUse, expand
from memsvc_retrieval.hybrid import FusionSettings, HybridRetriever
from tools.derived.figures import Figures
from tools.derived.work import SCOPE, link_at_once, worked_on

__all__ = ["recall", "search_candidates", "walk_links"]

_CANDIDATES_TARGET, _WALK_TARGET = "<= 10 ms", "<= 15 ms"


def search_candidates(app: App, asked: int, figures: Figures) -> None:
    """Look for what a round may be linked to, and what a thought may contradict or equal."""
    terms = amem_tools().terms
    with app.storage.reader(SCOPE) as reader:
        rounds, thoughts = (_spread(reader, worked_on(app, kind), asked) for kind in (LINK_NOTES, ORGANISE))
        links = figures.times(
            "link candidates of a note (rare words)", lambda note: entity_weights(terms, reader, note), rounds
        )
        near = figures.times(
            "merge and forget candidates of a thought (LSH, heads)",
            lambda note: candidates(reader, [note]),
            thoughts,
        )
    pairs = [[a + b for a, b in zip(*both, strict=False)] for both in zip(links, near, strict=True)]
    figures.spread("both together", *pairs, target=_CANDIDATES_TARGET)


def walk_links(app: App, questions: Sequence[str], figures: Figures) -> None:
    """Follow links from what a recall without them has found: their neighbourhood and the PageRank over it."""
    unlinked = HybridRetriever(app.index, FusionSettings(blending=BlendSettings(links=None)))
    use = LinkUse()
    with app.storage.reader(SCOPE) as reader:
        state = reader.state
        assert state is not None

        def found(question: str) -> Ranked:
            vector = figures.embedder.embed_query(question)
            request = RetrievalRequest(
                question, vector, Mode.HYBRID, Level.NOTE, 200, Selection(), datetime.now(UTC)
            )
            ranked = unlinked.retrieve(reader, state, request).fused
            order = np.argsort(ranked.rows)
            return Ranked(ranked.rows[order], ranked.scores[order])

        ranked = [found(question) for question in questions]
        seeds = np.unique(np.concatenate([each.rows[np.argsort(-each.scores)[: use.seeds]] for each in ranked]))
        link_at_once(app, [note.id for note in reader.notes_by_row(seeds.tolist())])
    with app.storage.reader(SCOPE) as reader:
        figures.count("links", sum(reader.links.count().values()))
        figures.times(
            "stage of links in recall (neighbours, PageRank)",
            lambda each: expand(each.rows, each.scores.astype(np.float64), reader.links, use),
            ranked,
            target=_WALK_TARGET,
        )


def recall(app: App, folder: Path, questions: Sequence[str], figures: Figures) -> None:
    """Recall as a user does, with links and thoughts and without either, in services over the same data."""
    with build(
        Settings(data_dir=folder, recall_links="off", recall_thoughts="notes", guard=GuardSettings(level="off")),
        embedder=figures.embedder,
    ) as plain:
        plain.service.recall(SCOPE, RecallQuery(questions[0]))
        for name, service in (
            ("recall, hybrid, without links and folding", plain.service),
            ("recall, hybrid, as it is by default", app.service),
        ):
            service.recall(SCOPE, RecallQuery(questions[0]))
            figures.times(name, lambda text, service=service: service.recall(SCOPE, RecallQuery(text)), questions)


def _spread(reader: Reader, notes: Sequence[NoteId], count: int) -> list[Note]:
    """Return so many of the notes, evenly."""
    return reader.notes([notes[at * len(notes) // count] for at in range(min(count, len(notes)))])
