"""What the guard's stages found of notes, the last of each."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from memsvc.domain.guarding import Assessment, Ledgers, Signal, Stage, Verdict
from memsvc.domain.time import from_microseconds, to_microseconds
from memsvc_stores.sql.elements import among
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.guard_tables import assessments

__all__ = ["assessments_of_rows", "write_assessments"]

_OF_ROWS = select(
    assessments.c.note_row,
    assessments.c.stage,
    assessments.c.verdict,
    assessments.c.hijack,
    assessments.c.influence,
    assessments.c.distrust,
    assessments.c.signals,
    assessments.c.at,
    assessments.c.model,
    assessments.c.degraded,
).where(assessments.c.namespace_id == bindparam("namespace"), among(assessments.c.note_row, "rows"))
_INSERT = insert(assessments)
_PLACE = ("namespace_id", "note_row", "stage")
_PUT = _INSERT.on_conflict_do_update(
    index_elements=[assessments.c[name] for name in _PLACE],
    set_={column.name: _INSERT.excluded[column.name] for column in assessments.c if column.name not in _PLACE},
).inline()
_ORDER = {stage: number for number, stage in enumerate(Stage)}


def assessments_of_rows(
    executor: Executor, namespace: int, rows: Sequence[int]
) -> dict[int, tuple[Assessment, ...]]:
    """Return the assessments of each note at these rows that has any, in the order of their stages."""
    found: defaultdict[int, list[Assessment]] = defaultdict(list)
    for row, *values in executor.all(_OF_ROWS, namespace=namespace, rows=executor.backend.many(rows)):
        found[row].append(_assessment(values))
    return {row: tuple(sorted(of_row, key=lambda each: _ORDER[each.stage])) for row, of_row in found.items()}


def write_assessments(executor: Executor, namespace: int, assessed: Iterable[tuple[int, Assessment]]) -> None:
    """Keep assessments of notes by row."""
    executor.run_many(
        _PUT,
        [
            {
                "namespace_id": namespace,
                "note_row": row,
                "stage": each.stage.value,
                "verdict": each.verdict.value,
                "hijack": each.ledgers.hijack,
                "influence": each.ledgers.influence,
                "distrust": each.ledgers.distrust,
                "signals": _encode([_parts(signal) for signal in each.signals]),
                "at": to_microseconds(each.at),
                "model": each.model,
                "degraded": _encode(each.degraded),
            }
            for row, each in assessed
        ],
    )


def _assessment(values: Sequence[Any]) -> Assessment:
    stage, verdict, hijack, influence, distrust, signals, at, model, degraded = values
    return Assessment(
        stage=Stage(stage),
        verdict=Verdict(verdict),
        ledgers=Ledgers(hijack, influence, distrust),
        signals=tuple(_signal(*parts) for parts in json.loads(signals)),
        at=from_microseconds(at),
        model=model,
        degraded=tuple(json.loads(degraded)),
    )


def _parts(signal: Signal) -> list[Any]:
    return [signal.detector, signal.score, signal.p, signal.why, signal.span, signal.key]


def _signal(detector: str, score: float, p: float, why: str, span: list[int] | None, key: int | None) -> Signal:
    return Signal(detector, score, p, why, None if span is None else (span[0], span[1]), key)


def _encode(value: Sequence[Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False) if value else "[]"
