"""One run: a memory with the guard and one without, harmless notes, then every attack on both."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from memsvc.guard.model_file import load_model
from memsvc_evals.embedders import BenchEmbedder
from memsvc_evals.redteam.benign import Kept, Outcomes, Retrieved, remember_corpus, retrieve, write_class
from memsvc_evals.redteam.corpora.corpus import Corpus, CorpusNote, CorpusQuestion
from memsvc_evals.redteam.corpora.splits import split_questions
from memsvc_evals.redteam.encoder.local import LocalEncoder
from memsvc_evals.redteam.families.attack import Attack, Group
from memsvc_evals.redteam.families.registry import build_attacks
from memsvc_evals.redteam.families.world import RagTarget, World
from memsvc_evals.redteam.measure import measure
from memsvc_evals.redteam.measured import Cell, Cost
from memsvc_evals.redteam.negatives import CLASSES, hard_negatives
from memsvc_evals.redteam.optimise.agent import Agent
from memsvc_evals.redteam.optimise.cache import TriggerCache
from memsvc_evals.redteam.optimise.target import Targeted
from memsvc_evals.redteam.optimise.triggers import TriggerSearches
from memsvc_evals.redteam.plan import Condition, GuardUse, Plan
from memsvc_evals.redteam.service import Target, Vectors, open_target, open_vectors

__all__ = ["Inputs", "Progress", "Run", "run_redteam"]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a run is made of besides the plan.

    `given` are triggers, `rag` targets of PoisonedRAG's files, `model` is another guard's model, `agent` the model
    that searches for triggers are held to (AgentPoison's target constraint), None to ask no model.
    """

    corpus: Corpus
    embedder: BenchEmbedder = "onnx"
    cache: Path | None = None
    triggers: Path | None = None
    model: Path | None = None
    given: tuple[str, ...] = ()
    rag: tuple[RagTarget, ...] = ()
    agent: Agent | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """What is told of a run: a note of the memory stored, so many attacks to come, one of them measured."""

    on_note: Callable[[], None] = lambda: None
    on_attacks: Callable[[int], None] = lambda _: None
    on_attack: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Run:
    """What was measured; `loss` holds the memory's own questions with the guard and without it.

    `model` is the embedder's, `guard_model` the version of the guard's; `targeted` are the searches that were held
    to what the agent does.
    """

    cells: Sequence[Cell]
    classes: Mapping[str, Outcomes]
    loss: tuple[Sequence[Retrieved], Sequence[Retrieved]]
    costs: Mapping[str, Cost]
    model: str
    guard_model: str | None
    notes: int
    attacks: Sequence[Attack] = field(default=(), repr=False)
    targeted: Sequence[Targeted] = ()


def run_redteam(inputs: Inputs, plan: Plan, progress: Progress | None = None) -> Run:
    """Measure everything that the plan asks for; with the guard off nothing but the baseline.

    Raises InvalidInput for a file of triggers that is none, EmbedderUnavailable without what searches need, and
    what the agent's model raises.
    """
    told = progress or Progress()
    searches = TriggerSearches(LocalEncoder, inputs.corpus, TriggerCache(inputs.triggers), inputs.agent)
    with ExitStack() as stack:
        vectors = stack.enter_context(open_vectors(inputs.embedder, inputs.cache))
        attacks = list(_attacks(inputs, plan, vectors, searches))
        off = stack.enter_context(open_target(GuardUse.OFF, vectors))
        stored = inputs.corpus.notes[: plan.notes]
        memories = [_filled(off, stored, told)]
        if plan.guard is not GuardUse.OFF:
            on = stack.enter_context(open_target(plan.guard, vectors, model=inputs.model))
            memories.append(_filled(on, stored, told))
        return replace(_measured(inputs, plan, attacks, memories, told), targeted=searches.targeted)


@dataclass(frozen=True, slots=True)
class _Memory:
    target: Target
    kept: Kept


def _filled(target: Target, notes: Sequence[CorpusNote], told: Progress) -> _Memory:
    return _Memory(target, remember_corpus(target, notes, on_note=told.on_note))


def _attacks(inputs: Inputs, plan: Plan, vectors: Vectors, searches: TriggerSearches) -> Iterator[Attack]:
    """Yield the attacks of all seeds; triggers are searched for where the file of triggers has none."""
    for seed in range(plan.seeds):
        splits = split_questions(inputs.corpus, seed=seed)
        world = World(inputs.corpus, splits, searches, seed, inputs.given, inputs.rag)
        yield from build_attacks(world, plan.families)
        if plan.adaptive and plan.guard is not GuardUse.OFF:
            # Only here: the detectors of a guard that is off are nothing to evade.
            from memsvc_evals.redteam.evasion import evading, known_detectors

            known = known_detectors(vectors.embedder, inputs.corpus, load_model(inputs.model))
            yield from evading(world, known)


def _measured(
    inputs: Inputs, plan: Plan, attacks: Sequence[Attack], memories: Sequence[_Memory], told: Progress
) -> Run:
    off, guarded = memories[0], memories[-1] if len(memories) > 1 else None
    classes: dict[str, Outcomes] = {}
    costs: dict[str, Cost] = {"memory_without_guard": off.kept.cost}
    asked = _questions(inputs.corpus, plan)
    before = list(retrieve(off.target, asked, off.kept.notes))
    after: list[Retrieved] = []
    if guarded is not None:
        costs["memory"] = guarded.kept.cost
        classes["dialogue"] = guarded.kept.outcomes
        after = list(retrieve(guarded.target, asked, guarded.kept.notes))
        costs |= {"harmless": Cost(), "harmless_without_guard": Cost()}
        for name in CLASSES:
            texts = hard_negatives(name, count=plan.negatives)
            classes[name], cost = write_class(guarded.target, texts)
            costs["harmless"] += cost
            costs["harmless_without_guard"] += write_class(off.target, texts)[1]
    cells: list[Cell] = []
    planned = [(memory, attack, way) for attack in attacks for memory, way in _ways(memories, attack, plan)]
    told.on_attacks(len(planned))
    for memory, attack, condition in planned:
        measurement = measure(memory.target, attack, condition, plan)
        cells += measurement.cells
        name = "poison" if memory.target.guarded else "poison_without_guard"
        costs[name] = costs.get(name, Cost()) + measurement.cost
        told.on_attack()
    model = off.target.vectors.embedder.model.id
    guard = None if guarded is None else load_model(inputs.model).version
    return Run(cells, classes, (after, before), costs, model, guard, len(off.kept.notes), attacks)


def _ways(memories: Sequence[_Memory], attack: Attack, plan: Plan) -> Iterator[tuple[_Memory, Condition]]:
    """Yield in which memories and conditions an attack is measured; without a guard all conditions are one."""
    own = Condition.TRUSTED if attack.group is Group.OPTIMISED else Condition.UNTRUSTED
    for memory in memories:
        yield memory, own
        if memory.target.guarded and (plan.both or attack.group is Group.UNTRUSTED):
            yield memory, Condition.UNTRUSTED if own is Condition.TRUSTED else Condition.TRUSTED


def _questions(corpus: Corpus, plan: Plan) -> list[CorpusQuestion]:
    stored = {note.id for note in corpus.notes[: plan.notes]}
    answerable = [question for question in corpus.questions if question.gold and stored.issuperset(question.gold)]
    return random.Random("retrieval").sample(answerable, min(plan.questions, len(answerable)))
