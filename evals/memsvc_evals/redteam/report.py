"""The full report of a run: what became of each attack, and which detectors harmless notes met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from memsvc_evals.figures import Figure
from memsvc_evals.redteam.benign import Retrieved
from memsvc_evals.redteam.families.attack import Attack
from memsvc_evals.redteam.figures import METRICS, attack_figures, benign_figures, cost_figures, retrieval_figures
from memsvc_evals.redteam.measured import Cell
from memsvc_evals.redteam.plan import Plan
from memsvc_evals.redteam.run import Run

__all__ = ["all_figures", "config_of", "full_report"]


def all_figures(run: Run) -> dict[str, Figure]:
    """Return every figure of a run."""
    return {
        **attack_figures(run.cells),
        **benign_figures(run.classes),
        **retrieval_figures(*run.loss),
        **cost_figures(run.costs),
    }


def config_of(plan: Plan, run: Run) -> dict[str, Any]:
    """Return what the figures depend on."""
    values = asdict(plan)
    return {
        **{name: _plain(value) for name, value in values.items()},
        "model": run.model,
        "guard_model": run.guard_model,
        "notes": run.notes,
        "conditions": {
            "optimised": "trusted origin, unlabelled question: only what is found in texts and vectors helps",
            "untrusted": "origin untrusted_document, the trigger in a span of origin tool_output_external",
            "baseline": "without the guard; whatever is returned is used",
        },
        "trained on attacks of these families": "nothing: the guard's training data has none of them",
    }


def full_report(run: Run) -> dict[str, Any]:
    """Return each attack's cells and the harmless classes; no text of a memory, an attack or a trigger."""
    return {
        "questions": _questions(run),
        "attacks": [_cell(cell) for cell in run.cells],
        "families": _families(run.attacks),
        "harmless": {name: asdict(found) for name, found in run.classes.items()},
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "family": cell.family,
        "group": cell.group.value,
        "embedding": cell.embedding.value,
        "seed": cell.seed,
        "n": cell.size,
        "mode": cell.mode.value,
        "condition": cell.condition.value,
        "guard": cell.guarded,
        "victims": len(cell.answers),
        "statuses": dict(cell.statuses or {}),
        **{metric: _mean(cell, metric) for metric in METRICS},
    }


def _mean(cell: Cell, metric: str) -> float:
    values = [answer.value(metric) for answer in cell.answers]
    return sum(values) / len(values) if values else 0.0


def _families(attacks: Sequence[Attack]) -> dict[str, Any]:
    return {
        attack.family: {
            "group": attack.group.value,
            "payload": attack.payload.value,
            "embedding": attack.embedding.value,
            "words of the trigger": len(attack.trigger.split()),
        }
        for attack in attacks
    }


def _questions(run: Run) -> list[dict[str, Any]]:
    """Return whether each of the memory's own questions found its answer, without the guard and with it."""
    on, off = run.loss
    guarded: Mapping[str, Retrieved] = {each.question: each for each in on}
    return [
        {
            "id": each.question,
            "hit_without_guard": each.hit,
            "hit": guarded[each.question].hit if each.question in guarded else None,
            "full_influence": guarded[each.question].full if each.question in guarded else None,
        }
        for each in off
    ]


def _plain(value: Any) -> Any:
    return [str(each) for each in value] if isinstance(value, tuple) else value
