"""What A-MEM works with, its rules from the retrieval and its prompts from the agents; and its jobs."""

from __future__ import annotations

from collections.abc import Mapping

from memsvc.domain.ids import NoteId
from memsvc.domain.jobs import AMEM_NOTE, CONSOLIDATE, LINK_NOTES
from memsvc.domain.notes import Json
from memsvc.domain.scope import Scope
from memsvc.errors import NotFound
from memsvc.jobs.running import Handler, Result
from memsvc.memory.amem.consolidating import consolidate
from memsvc.memory.amem.working import amem_notes
from memsvc.memory.context import Context
from memsvc.memory.linking import link_notes
from memsvc.ports.amem import AmemTools
from memsvc.ports.jobs import JobContext
from memsvc_agents.amem.analyst import LlmAnalyst
from memsvc_agents.amem.judge import LlmJudge
from memsvc_retrieval.attributes.analyst import RuleAnalyst
from memsvc_retrieval.attributes.terms import ContentTerms

__all__ = ["amem_handlers", "amem_tools"]


def amem_tools() -> AmemTools:
    return AmemTools(rules=RuleAnalyst(), terms=ContentTerms(), analyst=LlmAnalyst, judge=LlmJudge)


def amem_handlers(context: Context) -> Mapping[str, Handler]:
    """Return what is done for the jobs that construct, link and consolidate notes."""

    def construct(run: JobContext) -> Result:
        return amem_notes(context, _scope(run), _notes(run), run)

    def link(run: JobContext) -> Result:
        return link_notes(context, _scope(run), _notes(run), run)

    def top_up(run: JobContext) -> Result:
        try:
            done = consolidate(context, _scope(run), actor=CONSOLIDATE, on_page=run.progress)
        except NotFound:
            return None
        result: dict[str, Json] = {"notes": done.notes, "attributes": done.attributes, "keys": done.keys}
        return {**result, "links": done.links}

    return {AMEM_NOTE: construct, LINK_NOTES: link, CONSOLIDATE: top_up}


def _scope(run: JobContext) -> Scope:
    return Scope(run.job.tenant, run.job.namespace)


def _notes(run: JobContext) -> list[NoteId]:
    notes = run.job.payload["notes"]
    assert isinstance(notes, list)
    return [NoteId(str(note)) for note in notes]
