"""Remembering in bulk, and the background jobs that a policy makes of it: notes a second."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice

from memsvc.app import App
from memsvc.domain.drafts import NewItem, NewSession
from memsvc.domain.ids import NoteId
from memsvc.domain.jobs import AMEM_NOTE, LINK_NOTES, ORGANISE, SAVE_INDEX, THINK, JobStatus, NewJob, Priority
from memsvc.domain.policies import AmemPolicy, LinkPolicy, Policy, ThoughtPolicy, Work
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.errors import ServerFault
from tools.derived.figures import Figures, Watch

__all__ = ["SCOPE", "add_in_bulk", "add_singly", "construct", "do_jobs", "link_at_once", "worked_on"]

SCOPE, _PLAIN = Scope.of("local", "measured"), Scope.of("local", "plain")
_BULK_TARGET = ">= 500/s"
_ACTOR = Actor("measured")
_SESSIONS = 100
_MOST_JOBS = 1_000_000
_RULES = Policy(links=LinkPolicy(entity=True), thoughts=ThoughtPolicy(work=Work.RULES))
_AMEM = Policy(amem=AmemPolicy(work=Work.RULES))
_NOTES = 100
_JOBS = {
    LINK_NOTES: ("link jobs (notes)", 100),
    THINK: ("thinking jobs (rounds)", 250),
    ORGANISE: ("organising jobs (thoughts)", 10),
}


def add_in_bulk(app: App, sessions: Iterator[NewSession], notes: int, figures: Figures) -> None:
    """Remember so many notes under a policy of rules, and a tenth as many in a namespace without one.

    The two take turns with other sessions each, so that whatever else the machine does meets both.
    """
    app.service.set_policy(SCOPE, _RULES, actor=_ACTOR)
    plain, first, later = (Watch(figures.embedder) for _ in range(3))
    for scope in (_PLAIN, SCOPE):
        # What is done once, such as compiling statements, is in no figure.
        _remembered(app, scope, [next(sessions)])
    stored = unpoliced = early = 0
    while stored < notes:
        if unpoliced < notes // 10:
            unpoliced += _timed(app, _PLAIN, sessions, plain)
            early += _timed(app, SCOPE, sessions, first)
            stored = early
        else:
            stored += _timed(app, SCOPE, sessions, later)
    figures.rate(f"bulk add of the first {unpoliced:,}, no policy", plain, unpoliced)
    figures.rate(f"bulk add of the first {early:,}, links and thoughts by rules", first, early)
    first.add(later)
    figures.rate(f"bulk add of {stored:,}, links and thoughts by rules", first, stored, target=_BULK_TARGET)
    with Watch(figures.embedder) as saving:
        app.runner.only([SAVE_INDEX]).drain()
    figures.rate("saving the vector index", saving, stored + unpoliced)


def _timed(app: App, scope: Scope, sessions: Iterator[NewSession], watch: Watch) -> int:
    batch = list(islice(sessions, _SESSIONS))
    with watch:
        return _remembered(app, scope, batch)


def _remembered(app: App, scope: Scope, batch: Sequence[NewSession]) -> int:
    done = app.service.remember_sessions(scope, batch, actor=_ACTOR).outcomes
    return sum(len(outcome.rounds) for outcome in done)


def do_jobs(app: App, figures: Figures) -> None:
    """Do what was queued, kind by kind, of each only so many jobs as give a rate and enough to search."""
    with app.storage.reader(SCOPE) as reader:
        notes = reader.size()
    with Watch(figures.embedder) as ahead:
        app.runner.only([LINK_NOTES]).run_one()
    figures.rate("rare words of all notes, kept by the first link job", ahead, notes)
    for kind, (name, most) in _JOBS.items():
        worker, done = app.runner.only([kind]), 0
        before = len(worked_on(app, kind))
        with Watch(figures.embedder) as watch:
            while done < most and worker.run_one():
                done += 1
        figures.rate(name, watch, len(worked_on(app, kind)) - before)


def link_at_once(app: App, notes: Sequence[NoteId]) -> None:
    """Link these notes before those that wait."""
    worker = app.runner.only([LINK_NOTES])
    for start in range(0, len(notes), _NOTES):
        some = list(notes[start : start + _NOTES])
        with app.storage.writer(SCOPE) as writer:
            job = NewJob(LINK_NOTES, dedupe=f"measured:{start}", payload={"notes": some}, priority=Priority.HIGH)
            writer.enqueue(job, at=datetime.now(UTC))
        worker.run_one()


def construct(app: App, sessions: Iterator[NewSession], notes: int, figures: Figures) -> None:
    """Construct a few notes by the rules of A-MEM among all the others, which have no attributes."""
    app.service.set_policy(SCOPE, _AMEM, actor=_ACTOR)
    stored = 0
    while stored < notes:
        stored += _remembered(app, SCOPE, [next(sessions)])
    with Watch(figures.embedder) as watch:
        app.runner.only([AMEM_NOTE]).drain()
    figures.rate("A-MEM's jobs by rules (notes)", watch, stored)


def add_singly(app: App, texts: Sequence[str], figures: Figures) -> None:
    """Remember notes one by one, in turns without and with a policy."""
    half = len(texts) // 2
    for policy, name, some in (
        (Policy(), "one note remembered, no policy", texts[:half]),
        (_RULES, "one note remembered, links and thoughts by rules", texts[half:]),
    ):
        app.service.set_policy(SCOPE, policy, actor=_ACTOR)
        figures.times(name, lambda text: app.service.remember(SCOPE, [NewItem(text)], actor=_ACTOR), some)


def worked_on(app: App, kind: str) -> list[NoteId]:
    """Return the notes that jobs of a kind, done, were about; raises ServerFault when one has failed."""
    jobs = app.storage.jobs.list(SCOPE.tenant, limit=_MOST_JOBS, kind=kind)
    if failed := [job for job in jobs if job.error]:
        raise ServerFault(f"a job {kind} is {failed[0].status}: {failed[0].error}")
    done = [job.payload["notes"] for job in jobs if job.status is JobStatus.DONE]
    return [NoteId(str(note)) for notes in done if isinstance(notes, list) for note in notes]
