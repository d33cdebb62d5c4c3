"""Recall: candidates from the retriever, checked against SQL, judged by what finds them, cut to what was asked."""

from __future__ import annotations

from dataclasses import replace

from memsvc.domain.policies import Policy, RetentionPolicy
from memsvc.domain.recall import Level, RecallQuery, RecallResult
from memsvc.domain.scope import Scope
from memsvc.memory.context import Context
from memsvc.memory.influence import Judge, of_full_influence
from memsvc.memory.policy import policy_of
from memsvc.memory.recalling.answering import answer
from memsvc.memory.recalling.checks import check_query
from memsvc.memory.recalling.confirming import rows_found
from memsvc.memory.recalling.hits import estimate_tokens
from memsvc.memory.recalling.looking import Looked, embedded, finished, look, to_embed
from memsvc.memory.recalling.question import Question, question_of
from memsvc.memory.recalling.suspicions import flagged, suspicion_of
from memsvc.ports.ranking import Candidates
from memsvc.ports.storage import Reader

__all__ = ["estimate_tokens", "recall"]


def recall(context: Context, scope: Scope, query: RecallQuery) -> RecallResult:
    """Answer a question from one namespace; the embedder's failure leaves the lexical arms (`degraded`).

    A question that is trusted in part only is asked twice: all of it, and its trusted part of the notes that may
    have full influence. Embedder and reranker work between transactions; the reranker's failure leaves the order
    as it was.

    Raises InvalidInput, EmbedderMismatch, and EmbedderUnavailable when nothing but vectors was asked.
    """
    check_query(query, context.limits)
    with context.storage.reader(scope) as reader:
        if reader.state is None:
            return RecallResult()
        policy = policy_of(reader)
        suspicion = suspicion_of(context, question_of(query, policy.guard), policy.guard)
        question = suspicion.question
        queries = _queries(query, question, policy)
        sought = [to_embed(context, reader, reader.state, each) for each in queries]
    sought = [embedded(context, each) for each in sought]
    with context.storage.reader(scope) as reader:
        state = reader.state
        if state is None or not sought:
            degraded = (why for each in sought for why in each.degraded)
            return RecallResult(degraded=_once(*degraded, *suspicion.degraded), flags=suspicion.signals)
        looked = [look(context, reader, state, each, policy.retention) for each in sought]
        if len(looked) > 1:
            looked[1] = _without_needless(looked[1], reach=query.offset + query.k)
        told = None
        if all(each.short is None for each in looked):
            told = _answer(reader, looked, question, policy, query)
    if told is None:
        looked = [finished(context, each) for each in looked]
        with context.storage.reader(scope) as reader:
            told = _answer(reader, looked, question, policy, query)
    return _counted(context, scope, policy.retention, flagged(told, suspicion))


def _queries(query: RecallQuery, question: Question, policy: Policy) -> list[RecallQuery]:
    """Return what is asked: the whole question, and if it is not all trusted the part of it that is."""
    whole = replace(query, text=question.text)
    if question.is_trusted and not query.full_only:
        return [whole]
    trusted = question.trusted_text
    if trusted is None:
        return [] if query.full_only else [whole]
    selection = of_full_influence(query.selection, policy.guard.full_influence_from)
    part = replace(query, text=trusted, selection=selection, full_only=True)
    return [part] if query.full_only else [whole, replace(part, offset=0)]


def _without_needless(part: Looked, *, reach: int) -> Looked:
    """Return what was found without a shortlist that would only order what is taken as a whole."""
    short = part.short
    if short is None or part.query.level is Level.SESSION or reach < len(short.places):
        return part
    return replace(part, short=None)


def _answer(
    reader: Reader, looked: list[Looked], question: Question, policy: Policy, query: RecallQuery
) -> RecallResult:
    """Return the answer of the first look, each note judged by whether the second one finds it too."""
    least, reach = policy.guard.full_influence_from, query.offset + query.k

    def judge(candidates: Candidates, found: frozenset[int] | None) -> Judge:
        raised = candidates.raised_by if found is None else {}
        arms = candidates.arms.values() if raised else ()
        alone = frozenset(row for arm in arms for row in arm.rows[:reach].tolist())
        return Judge(least, question.lacks, found, raised, alone)

    first = looked[0]
    found: frozenset[int] | None = None
    if len(looked) > 1:
        part = looked[1]
        found = rows_found(reader, part.query, part.candidates, judge(part.candidates, None), reach=reach)
    elif not (question.is_trusted or query.full_only):
        found = frozenset()
    told = answer(reader, first.query, first.candidates, judge(first.candidates, found))
    return replace(told, degraded=_once(*(why for each in looked for why in each.degraded)))


def _once(*reasons: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reasons))


def _counted(context: Context, scope: Scope, retention: RetentionPolicy, told: RecallResult) -> RecallResult:
    """Return the answer, its notes counted as recalled if the policy goes by it."""
    if retention.counts and context.recall_counts is not None:
        hits = [*told.hits, *(hit for found in told.sessions for hit in found.hits)]
        context.recall_counts.count(scope, [hit.note.id for hit in hits])
    return told
