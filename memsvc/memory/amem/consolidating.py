"""Consolidation: what is missing of attributes, keys and links is topped up, page by page.

Nothing is taken away while it works, so searches go on; done twice, the second run changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from memsvc.domain.attributes import Attributes
from memsvc.domain.ids import NoteId
from memsvc.domain.links import NewLink
from memsvc.domain.notes import KeyKind, Note
from memsvc.domain.policies import LinkPolicy, Policy, Work
from memsvc.domain.scope import Scope
from memsvc.domain.selection import Selection
from memsvc.memory.amem.planning import Evolution, Plan
from memsvc.memory.amem.seeing import setting_of
from memsvc.memory.amem.storing import Author, store_plans
from memsvc.memory.attempts import until_current
from memsvc.memory.context import Context
from memsvc.memory.linking import put_links, put_mentions
from memsvc.memory.look_up import existing_namespace
from memsvc.memory.policy import policy_of
from memsvc.memory.rekeying import rekey_notes
from memsvc.memory.rule_links import linkable, rule_links
from memsvc.ports.storage import Reader

__all__ = ["Consolidated", "consolidate"]

_PAGE = 100


@dataclass(frozen=True, slots=True)
class Consolidated:
    """How many notes were looked at, got attributes, and got their keys anew, and how many links are new."""

    notes: int = 0
    attributes: int = 0
    keys: int = 0
    links: int = 0


def consolidate(
    context: Context, scope: Scope, *, actor: str, on_page: Callable[[int], None] = lambda _: None
) -> Consolidated:
    """Give attributes by rules to notes that have none, if the policy asks for attributes; keys to those whose
    A-MEM key is not of their attributes; then the links that the policy asks for.

    `on_page` gets the number of notes after each page. Each page is a transaction. Raises NotFound,
    EmbedderUnavailable, EmbedderMismatch, StorageBusy.
    """
    with context.storage.reader(scope) as reader:
        existing_namespace(reader)
        policy = policy_of(reader)
    done = Consolidated()
    for page in _pages(context, scope):
        wanted = policy.amem.work is not Work.OFF
        done = replace(
            done,
            notes=done.notes + len(page),
            attributes=done.attributes
            + (_top_up_attributes(context, scope, page, policy, actor=actor) if wanted else 0),
            keys=done.keys + _mend_keys(context, scope, page),
        )
        on_page(done.notes)
    links = _link_policy(policy)
    if links is not None:
        # All mentions first: how rare a word is must not change between two runs.
        for page in _pages(context, scope):
            _top_up_mentions(context, scope, page)
        for page in _pages(context, scope):
            done = replace(done, links=done.links + _top_up_links(context, scope, page, links))
            on_page(done.notes)
    return done


def _link_policy(policy: Policy) -> LinkPolicy | None:
    """Return the rules that links are drawn by; by the twin of A-MEM's judgement it is both kinds."""
    if policy.links.entity or policy.links.semantic:
        return policy.links
    return replace(policy.links, entity=True, semantic=True) if policy.amem.work is Work.RULES else None


def _pages(context: Context, scope: Scope) -> Iterator[list[Note]]:
    """Yield the notes that A-MEM is for, by ascending row, each page from a transaction of its own."""
    after = 0
    while True:
        with context.storage.reader(scope) as reader:
            page = reader.page(Selection(), after_row=after, limit=_PAGE)
        if not page:
            return
        after = page[-1].row
        yield [note for note in page if linkable(note)]


def _top_up_attributes(context: Context, scope: Scope, page: Sequence[Note], policy: Policy, *, actor: str) -> int:
    with context.storage.reader(scope) as reader:
        known = reader.attributes.get_many([note.id for note in page])
        plans = [_construction(context, reader, note) for note in page if note.id not in known]
    if not plans:
        return 0
    author = Author(actor, actor, actor, policy.amem.evolutions_per_day)
    return len(store_plans(context, scope, plans, author=author).changed)


def _construction(context: Context, reader: Reader, note: Note) -> Plan:
    setting = setting_of(reader, note)
    attributes = context.amem.rules.analyse(setting.analysed)
    return Plan((Evolution(note, None, attributes, setting.sources),))


def _mend_keys(context: Context, scope: Scope, page: Sequence[Note]) -> int:
    with context.storage.reader(scope) as reader:
        known = reader.attributes.get_many([note.id for note in page])
        wrong = [note for note in page if _amem_key(reader, note) != _wanted(context, note, known.get(note.id))]
    if wrong:
        rekey_notes(context, scope, wrong)
    return len(wrong)


def _amem_key(reader: Reader, note: Note) -> list[str]:
    return [key.text_hash for key in reader.keys(note.id) if key.kind is KeyKind.AMEM]


def _wanted(context: Context, note: Note, attributes: Attributes | None) -> list[str]:
    keys = context.drafter.keys_of(note, attributes) if attributes is not None else ()
    return [key.text_hash for key in keys if key.kind is KeyKind.AMEM]


def _top_up_mentions(context: Context, scope: Scope, page: Sequence[Note]) -> None:
    with context.storage.reader(scope) as reader:
        known = reader.mentions.of_rows([note.row for note in page])
    missing: list[NoteId] = [note.id for note in page if note.row not in known]
    if missing:
        put_mentions(context, scope, missing)


def _top_up_links(context: Context, scope: Scope, page: Sequence[Note], policy: LinkPolicy) -> int:
    def attempt() -> int:
        found: list[NewLink] = []
        with context.storage.reader(scope) as reader:
            state = existing_namespace(reader)
            for note in reader.notes([note.id for note in page]):
                found += rule_links(context, reader, state, note, policy)
        with context.storage.writer(scope) as writer:
            return put_links(context, writer, found)

    return until_current(attempt)
