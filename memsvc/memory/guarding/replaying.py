"""Attributes as they would be without some notes: the journal's changes applied again, without what drew on these.

Rules add tags by majority: each tag is asked for again. What a model made of attributes, or of words, that are not
to be known is left out as a whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from memsvc.domain.attributes import Attributes, Method
from memsvc.domain.changes import Change, Operation
from memsvc.domain.ids import NoteId
from memsvc.domain.links import STORED_TYPES, Link, LinkType
from memsvc.memory.amem.planning import united

__all__ = ["AttributeChange", "Replay", "attribute_changes"]

_CHANGES: Final = frozenset({Operation.EVOLVED, Operation.REVERTED})
_FRIENDLY: Final = STORED_TYPES - {LinkType.CONFLICT}


@dataclass(frozen=True, slots=True)
class AttributeChange:
    """One change of a note's attributes, as the journal tells it; both are None where a purge has emptied it."""

    change: Change
    before: Attributes | None
    after: Attributes | None
    causes: tuple[NoteId, ...]

    @property
    def is_own(self) -> bool:
        """Return whether the note itself was analysed, and not only given tags or words by others."""
        before, after = self.before, self.after
        if before is None or after is None:
            return True
        only_gained = set(before.tags) <= set(after.tags)
        same = (before.keywords, before.context) == (after.keywords, after.context)
        return after.method is Method.RULES and not (same and only_gained)


@dataclass(frozen=True, slots=True)
class Replay:
    """The replay of some notes' attributes without those that are `gone`.

    `analysed` are the attributes that rules find for each note now, `beside` the notes that were analysed with
    words of those that are gone; `links` are all links of the notes, `others` the changes of notes that may have
    given tags. `told` holds how each note was and would be, after each of its changes.
    """

    gone: Collection[NoteId]
    analysed: Mapping[NoteId, Attributes]
    beside: Collection[NoteId]
    links: Mapping[NoteId, Sequence[Link]]
    others: Mapping[NoteId, Sequence[AttributeChange]]
    told: dict[NoteId, list[tuple[Attributes | None, Attributes | None]]] = field(default_factory=dict)
    unsure: set[NoteId] = field(default_factory=set)

    def run(self, histories: Mapping[NoteId, Sequence[AttributeChange]]) -> dict[NoteId, Attributes | None]:
        """Apply the changes of all notes in their order, and return the attributes of each after the last."""
        self.told.update({note: [(None, None)] for note in histories})
        for each in sorted((c for found in histories.values() for c in found), key=lambda c: c.change.sequence):
            note = each.change.note
            self.told[note].append((each.after, self._after(each, self.told[note][-1][1])))
        return {note: found[-1][1] for note, found in self.told.items()}

    def _after(self, each: AttributeChange, now: Attributes | None) -> Attributes | None:
        if each.after is None:
            return None
        if each.change.operation is Operation.REVERTED:
            return self._reverted(each, now)
        if each.is_own:
            return self._constructed(each, each.after)
        if now is None:
            return None
        if each.after.method is Method.RULES:
            gained = [tag for tag in each.after.tags if each.before and tag not in each.before.tags]
            return replace(now, tags=united(now.tags, [tag for tag in gained if self._is_backed(each, tag)]))
        return now if self._is_tainted(each) else self._patched(each, now)

    def _reverted(self, each: AttributeChange, now: Attributes | None) -> Attributes | None:
        """Go back to what the note would have been when it was as it became again."""
        for was, instead in reversed(self.told[each.change.note][:-1]):
            if was == each.after:
                return instead
        return now if now is None else self._patched(each, now)

    def _constructed(self, each: AttributeChange, after: Attributes) -> Attributes:
        note = each.change.note
        fresh, beside = self.analysed[note], note in self.beside
        if after.method is Method.RULES:
            # Rules find as many tags of a note's own whatever was said around it; those after them are adopted.
            own = len(fresh.tags)
            adopted = [tag for tag in after.tags[own:] if self._is_backed(each, tag)]
            base = fresh if beside else replace(after, tags=after.tags[:own])
            return replace(base, tags=united(base.tags, adopted))
        if not self._is_tainted(each):
            return after
        if beside:
            self.unsure.add(note)
            return fresh
        return replace(after, tags=tuple(tag for tag in after.tags if not self._is_only_from_gone(each, tag)))

    def _is_tainted(self, each: AttributeChange) -> bool:
        """Return whether a model was shown a note that is gone, or attributes that would have been others."""
        causes = [cause for cause in each.causes if cause != each.change.note]
        return any(cause in self.gone for cause in causes) or any(
            found[-1][0] != found[-1][1] for cause in causes if (found := self.told.get(cause))
        )

    def _patched(self, each: AttributeChange, now: Attributes) -> Attributes:
        """Return the attributes with what the change took away and added.

        The context is taken over only when the one it was made from was not another one.
        """
        before, after = each.before or Attributes(), each.after or Attributes()
        rewritten = after.context != before.context and before.context == now.context
        return Attributes(
            _with_changes(now.keywords, before.keywords, after.keywords),
            _with_changes(now.tags, before.tags, after.tags),
            after.context if rewritten else now.context,
            after.method,
        )

    def _is_backed(self, each: AttributeChange, tag: str) -> bool:
        """Return whether two and more than half of the linked notes have the tag without those that are gone."""
        note, at = each.change.note, each.change.at
        linked = {
            link.other
            for link in self.links.get(note, ())
            if link.type in _FRIENDLY and link.at <= at and link.other not in self.gone
        }
        linked |= {cause for cause in each.causes if cause not in self.gone and cause != note}
        having = sum(tag in self._tags(other, each.change.sequence) for other in linked)
        return having >= 2 and 2 * having > len(linked)

    def _is_only_from_gone(self, each: AttributeChange, tag: str) -> bool:
        givers = [c for c in each.causes if tag in self._tags_as_told(c, each.change.sequence)]
        return any(giver in self.gone for giver in givers) and all(giver in self.gone for giver in givers)

    def _tags(self, note: NoteId, sequence: int) -> tuple[str, ...]:
        """Return the tags that a note would have had before a change; replayed notes are that far by now."""
        if note in self.told:
            now = self.told[note][-1][1]
            return () if now is None else now.tags
        return self._tags_as_told(note, sequence)

    def _tags_as_told(self, note: NoteId, sequence: int) -> tuple[str, ...]:
        last = [each.after for each in self.others.get(note, ()) if each.change.sequence <= sequence]
        return last[-1].tags if last and last[-1] is not None else ()


def attribute_changes(history: Sequence[Change]) -> Iterator[AttributeChange]:
    """Yield a note's changes of attributes, oldest first."""
    for change in history:
        if change.operation in _CHANGES:
            cause = change.patch.get("caused_by")
            new = cause.get("new") if isinstance(cause, Mapping) else None
            named = tuple(NoteId(str(each)) for each in new) if isinstance(new, Sequence) else ()
            yield AttributeChange(change, _parts(change.patch, "old"), _parts(change.patch, "new"), named)


def _parts(patch: Mapping[str, Any], side: str) -> Attributes | None:
    if "method" not in patch or patch["method"][side] is None:
        return None
    keywords, tags = (tuple(map(str, patch[name][side] or ())) for name in ("keywords", "tags"))
    return Attributes(keywords, tags, str(patch["context"][side] or ""), Method(str(patch["method"][side])))


def _with_changes(now: Sequence[str], before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    gone = set(before) - set(after)
    kept = [word for word in now if word not in gone]
    return tuple(dict.fromkeys([*kept, *(word for word in after if word not in before)]))
