"""What was sent, normalised, with whom its parts come from: stamped by who calls, and only lowered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from memsvc.domain.drafts import NewItem, NewSession
from memsvc.domain.notes import Origin, OriginSpan
from memsvc.errors import FieldError, InvalidInput
from memsvc.guard.normalize import normalised
from memsvc.guard.origin import least_trusted, stamp
from memsvc.memory.informed import Informed
from memsvc.memory.rounds import Round

__all__ = ["Stamped", "stamp_item", "stamp_round"]


@dataclass(frozen=True, slots=True)
class Stamped:
    """A normalised content; `original` is what was sent where that is another text.

    `origin` is the least trusted of all parts, `origins` says whose they are where they differ, and `trust` is the
    least of the origin and of the notes that whoever wrote it had read.
    """

    content: str = field(repr=False)
    original: str | None = field(repr=False)
    origin: Origin
    origins: tuple[OriginSpan, ...]
    trust: float


def stamp_item(item: NewItem, *, ceiling: Origin, informed: Informed) -> Stamped:
    """Return an item's content with its origin; raises InvalidInput for parts that do not fit the content."""
    own = informed.origin(stamp(ceiling=ceiling, declared=item.origin))
    if not item.origins:
        return _stamped(normalised(item.content), item.content, [], own, informed)
    _check_parts(item.origins, len(item.content))
    pieces = list(_pieces(item.origins, item.content, own))
    texts = [normalised(item.content[piece.start : piece.end]) for piece in pieces]
    content = "".join(texts)
    if normalised(content) != content:
        raise _invalid("/origins", "divides a character, or a word whose letters change one another; move it")
    return _stamped(content, item.content, _moved(pieces, texts), own, informed)


def stamp_round(part: Round, session: NewSession, *, ceiling: Origin, informed: Informed) -> Stamped:
    """Return a round's content with its origin: each turn has that of its role, or one that is trusted less."""
    most = ceiling if session.origin is None else least_trusted((ceiling, session.origin))
    spans = [
        OriginSpan(
            span.start,
            span.end,
            informed.origin(stamp(ceiling=most, declared=turn.origin, roles=(turn.role,))),
        )
        for span, turn in zip(part.turns, part.sent, strict=True)
    ]
    own = least_trusted(span.origin for span in spans)
    return _stamped(part.content, part.original or part.content, spans, own, informed)


def _stamped(content: str, sent: str, spans: Sequence[OriginSpan], own: Origin, informed: Informed) -> Stamped:
    origin = least_trusted([own, *(span.origin for span in spans)])
    differ = len({span.origin for span in spans}) > 1
    return Stamped(
        content=content,
        original=None if sent == content else sent,
        origin=origin,
        origins=tuple(spans) if differ else (),
        trust=informed.trust(origin),
    )


def _check_parts(parts: Sequence[OriginSpan], length: int) -> None:
    end = 0
    for place, part in enumerate(parts):
        if not 0 <= part.start < part.end <= length:
            raise _invalid(f"/origins/{place}", f"is no range of the content's {length} characters")
        if part.start < end:
            raise _invalid(f"/origins/{place}", "begins before the part before it ends; send them in order")
        end = part.end


def _pieces(parts: Sequence[OriginSpan], content: str, own: Origin) -> Iterable[OriginSpan]:
    """Yield the whole content in parts; what is not declared is of the item's own origin."""
    at = 0
    for part in parts:
        if at < part.start:
            yield OriginSpan(at, part.start, own)
        yield OriginSpan(part.start, part.end, least_trusted((own, part.origin)))
        at = part.end
    if at < len(content):
        yield OriginSpan(at, len(content), own)


def _moved(pieces: Sequence[OriginSpan], texts: Sequence[str]) -> list[OriginSpan]:
    moved = []
    start = 0
    for piece, text in zip(pieces, texts, strict=True):
        if text:
            moved.append(OriginSpan(start, start + len(text), piece.origin))
        start += len(text)
    return moved


def _invalid(pointer: str, message: str) -> InvalidInput:
    return InvalidInput(f"{pointer} {message}", errors=[FieldError(pointer, message)])
