"""Scripted runs of the service, and what the store must hold after each of their steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from memsvc.app import App, build
from memsvc.domain.drafts import NewItem, NewSession, NewTurn
from memsvc.domain.ids import NoteId, SessionId
from memsvc.domain.notes import Status
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.domain.selection import Selection
from memsvc.settings import EmbedderSettings, Settings

__all__ = ["SCENES", "SCOPE", "Scene", "State", "Step", "open_app", "present"]

SCOPE = Scope.of("acme", "crash")
ACTOR = Actor("crash-test")
ANY_STATUS = Selection(statuses=frozenset(Status))

State = Mapping[str, str]
"""Content of each note that exists, and its status."""


@dataclass(frozen=True)
class Step:
    """One acknowledged operation, and the change of state that it makes."""

    name: str
    run: Callable[[App], None]
    effect: Callable[[dict[str, str]], None]


@dataclass(frozen=True)
class Scene:
    """`before` is done without faults; `steps` are swept, thinly only at calls on paths with `under` in them."""

    name: str
    before: tuple[Step, ...]
    steps: tuple[Step, ...]
    under: str = ""

    def states(self) -> list[dict[str, str]]:
        """Return the state after `before` and after each further step."""
        state: dict[str, str] = {}
        for step in self.before:
            step.effect(state)
        found = [dict(state)]
        for step in self.steps:
            step.effect(state)
            found.append(dict(state))
        return found

    def purged(self, steps: int) -> set[str]:
        """Return the contents that were erased within `before` and so many steps."""
        states = self.states()[: steps + 1]
        ever = {content for state in states for content in state}
        return ever - set(states[-1])


def open_app(data_dir: Path, *, later: timedelta = timedelta(0)) -> App:
    """Open the service with an index that goes into files early; `later` puts its clock forward."""
    return build(
        Settings(
            data_dir=data_dir,
            embedder=EmbedderSettings(kind="hashing", dimension=16),
            index_save_rows=4,
            index_exact_keys=3,
            index_flat_keys=16,
        ),
        clock=lambda: datetime.now(UTC) + later,
    )


def present(app: App) -> dict[str, str]:
    return {
        note.content: str(note.status) for note in app.service.notes(SCOPE, ANY_STATUS, after_row=0, limit=1000)
    }


def _id(app: App, content: str) -> NoteId:
    notes = app.service.notes(SCOPE, ANY_STATUS, after_row=0, limit=1000)
    return next(note.id for note in notes if note.content == content)


def add(*contents: str) -> Step:
    items = [NewItem(content) for content in contents]
    return Step(
        f"add {len(items)}",
        lambda app: void(app.service.remember(SCOPE, items, actor=ACTOR)),
        lambda state: state.update(dict.fromkeys(contents, "active")),
    )


def talk(session: str, *contents: str) -> Step:
    turns = tuple(NewTurn("user", content) for content in contents)
    sent = NewSession(turns, id=SessionId(session))
    return Step(
        f"session {session} of {len(turns)}",
        lambda app: void(app.service.remember_sessions(SCOPE, [sent], actor=ACTOR)),
        lambda state: state.update(dict.fromkeys(contents, "active")),
    )


def forget(content: str) -> Step:
    return Step(
        "forget",
        lambda app: void(app.service.forget(SCOPE, _id(app, content), actor=ACTOR)),
        lambda state: state.update({content: "forgotten"}),
    )


def restore(content: str) -> Step:
    return Step(
        "restore",
        lambda app: void(app.service.restore(SCOPE, _id(app, content), actor=ACTOR)),
        lambda state: state.update({content: "active"}),
    )


def supersede(old: str, new: str) -> Step:
    def run(app: App) -> None:
        app.service.remember(SCOPE, [NewItem(new, supersedes=_id(app, old))], actor=ACTOR)

    return Step("supersede", run, lambda state: state.update({old: "superseded", new: "active"}))


def purge(*contents: str) -> Step:
    def run(app: App) -> None:
        app.service.purge(SCOPE, [_id(app, content) for content in contents], actor=ACTOR)

    def effect(state: dict[str, str]) -> None:
        for content in contents:
            del state[content]

    return Step("purge", run, effect)


def save() -> Step:
    return Step("save index", lambda app: app.service.index_save(SCOPE), lambda state: None)


def compact() -> Step:
    return Step("compact index", lambda app: app.service.index_compact(SCOPE), lambda state: None)


def void(result: object) -> None:
    """Drop a result: a step says only that it was acknowledged."""


def _facts(prefix: str, count: int) -> tuple[str, ...]:
    return tuple(f"{prefix} fact number {number} zebracanary{prefix}{number:02}" for number in range(count))


_A, _B, _C = _facts("alpha", 6), _facts("beta", 6), _facts("gamma", 6)
_FIRST, _MORE, _MOST = _facts("delta", 12), _facts("epsilon", 60), _facts("zeta", 70)

SCENES = {
    scene.name: scene
    for scene in (
        Scene(
            "remember",
            before=(add(*_A[:2]),),
            steps=(add(_A[2]), add(*_A[3:6]), talk("s", *_B[:1]), talk("s", *_B[:3])),
        ),
        Scene(
            "forget",
            before=(add(*_A), add(*_B)),
            steps=(forget(_A[0]), restore(_A[0]), supersede(_A[1], _C[0]), purge(_A[2], _B[0]), forget(_B[1])),
        ),
        Scene(
            "index",
            before=(add(*_A), save()),
            steps=(add(*_B[:3]), save(), purge(_A[0]), save(), add(_B[3]), purge(_B[0]), save()),
            under="/indexes/",
        ),
        Scene(
            # Flat, then paged; splits, merges, fewer postings; flat again, and too few for files.
            "paged",
            before=(add(*_FIRST), save()),
            steps=(
                add(*_MORE),
                save(),
                add(*_MOST),
                save(),
                purge(*_MORE[:50], *_MOST[:50]),
                compact(),
                purge(*_MORE[50:], *_MOST[50:]),
                add(_A[0]),
                compact(),
                purge(*_FIRST[:-1]),
            ),
            under="/indexes/",
        ),
    )
}
