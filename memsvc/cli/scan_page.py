"""What a scan found, as one HTML file that needs nothing else: no script, no network.

Notes are shown to people who look for attacks in them: every character is escaped, and those that cannot be seen,
or that turn the direction of text, are written as their code points.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from memsvc.cli.guard_lines import notable, p_shown, rarity
from memsvc.cli.output import one_line
from memsvc.cli.scan_style import STYLE
from memsvc.cli.shown_text import Range, hidden_ranges, marked

if TYPE_CHECKING:
    from memsvc.wire import CanaryCheck, FlaggedNote, ScanReport, Signal

__all__ = ["scan_page"]

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_COLUMNS = ("detector", "p", "score", "where", "why")


def scan_page(
    report: ScanReport, *, source: str, keys: Mapping[str, Sequence[str]], originals: Mapping[str, str]
) -> str:
    """Return the page; `source` says what was scanned.

    By note, `keys` are the texts by which flagged ones are found, and `originals` what was sent, where that was
    more than is shown.
    """
    title = f"memsvc guard scan: {source}"
    notes = "\n".join(
        _note(each, keys.get(each.note.id, ()), _sent(originals.get(each.note.id))) for each in report.flagged
    )
    canaries = [check for check in report.canaries if check.entered or check.left]
    parts = [
        f"<h1>{_plain(title)}</h1>",
        _summary(report),
        f"<h2>Flagged notes</h2>\n{notes}" if notes else "<p>No note is flagged.</p>",
        "<h2>Canaries with another answer</h2>\n" + "\n".join(map(_canary, canaries)) if canaries else "",
    ]
    body = "\n".join(part for part in parts if part)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(one_line(title))}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n"
        "</body>\n</html>\n"
    )


def _summary(report: ScanReport) -> str:
    verdicts = Counter(each.assessment.verdict for each in report.flagged)
    flagged = ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items()))
    facts = {
        "notes looked at": f"{report.notes:,}",
        "flagged": f"{len(report.flagged):,}" + (f" ({flagged})" if flagged else ""),
        "hidden by this scan": f"{sum(each.applied for each in report.flagged):,}",
        "canaries": f"{len(report.canaries):,}, {sum(not c.explained for c in report.canaries):,} not explained",
        "may be flagged of harmless notes": f"{report.alpha:.2%}",
        "guard model": report.model[:16],
        "at": f"{report.at:%Y-%m-%d %H:%M:%S} UTC",
    }
    warnings = "".join(
        f'<p class="warning">Not asked: {_plain(each)}. What it finds is missing here.</p>'
        for each in report.degraded
    )
    return f"{_facts(facts)}\n{warnings}"


def _facts(facts: Mapping[str, str]) -> str:
    rows = "".join(f"<div><dt>{_plain(name)}</dt><dd>{_plain(value)}</dd></div>" for name, value in facts.items())
    return f"<dl>{rows}</dl>"


def _note(flagged: FlaggedNote, keys: Sequence[str], sent: str) -> str:
    note, found = flagged.note, flagged.assessment
    ledgers = found.ledgers
    facts = {
        "origin": note.origin,
        "trust": f"{note.trust:g}",
        "stored by": note.principal or "unknown",
        "kind": note.kind,
        "status": note.status + (" (by this scan)" if flagged.applied else ""),
        "happened": f"{note.event_time:%Y-%m-%d}",
        "stored": f"{note.ingest_time:%Y-%m-%d %H:%M}",
        "hijack": f"{ledgers.hijack:.3g}",
        "influence": f"{ledgers.influence:.3g}",
        "distrust": f"{ledgers.distrust:.3g}",
        "risk": f"{ledgers.risk:.3g}",
        "harmless of such (q)": f"{flagged.q:.2g}",
    }
    content = marked(note.content, _ranges(found.signals, None))
    return (
        f'<article>\n<h3><span class="{_plain(found.verdict)}">{_plain(found.verdict)}</span> '
        f"<code>{_plain(note.id)}</code></h3>\n"
        f'<div class="text" dir="auto">{content}</div>\n{sent}{_keys(found.signals, keys)}'
        f"{_signals(found.signals)}\n{_facts(facts)}\n</article>"
    )


def _sent(original: str | None) -> str:
    """Show what was sent, with what is hidden in it, where that is not what the note says."""
    if original is None:
        return ""
    return f'<p class="label">sent as</p>\n<div class="text">{marked(original, hidden_ranges(original))}</div>\n'


def _ranges(signals: Iterable[Signal], key: int | None) -> list[Range]:
    return [each.span for each in notable(signals) if each.span is not None and each.key == key]


def _keys(signals: Sequence[Signal], keys: Sequence[str]) -> str:
    """Show the keys in which something was found."""
    named = sorted({each.key for each in notable(signals) if each.key is not None and each.key < len(keys)})
    return "".join(
        f'<p class="label">key {key}</p>\n<div class="text" dir="auto">{marked(keys[key], _ranges(signals, key))}'
        "</div>\n"
        for key in named
    )


def _signals(signals: Sequence[Signal]) -> str:
    rows = "\n".join(_signal(each) for each in sorted(signals, key=rarity))
    head = "".join(f'<th scope="col">{name}</th>' for name in _COLUMNS)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody></table></div>'


def _signal(signal: Signal) -> str:
    place = "all of it" if signal.span is None else f"{signal.span[0]}–{signal.span[1]}"
    where = place if signal.key is None else f"key {signal.key}, {place}"
    cells = (signal.detector, p_shown(signal), f"{signal.score:.3g}", where, signal.why)
    named = zip(_COLUMNS, cells, strict=True)
    return "<tr>" + "".join(f'<td data-of="{name}">{_plain(cell)}</td>' for name, cell in named) + "</tr>"


def _canary(check: CanaryCheck) -> str:
    facts = {
        "entered": ", ".join(check.entered) or "none",
        "left": ", ".join(check.left) or "none",
        "why": check.why or "not known",
    }
    word = "explained" if check.explained else "unexplained"
    return (
        f'<article>\n<h3><span class="{word}">{word}</span> <code>{_plain(check.canary.id)}</code></h3>\n'
        f'<div class="text" dir="auto">{marked(check.canary.question, ())}</div>\n{_facts(facts)}\n</article>'
    )


def _plain(text: str) -> str:
    return marked(text, ())
