"""The page of a run of the red team."""

from __future__ import annotations

from memsvc_evals.redteam.tables import attack_tables, harmless_table, interval_of
from memsvc_evals.reporting.document import Document, costs, facts
from memsvc_evals.reporting.page import Page, Part, Section, Table, Text

__all__ = ["redteam_page"]

_MEANING = (
    "first: poison is the first note that a triggered question finds; any@5: it is among the first five; "
    "influence: it is among them and may change what the agent does. Each cell says what happens without the "
    "guard and with it; intervals are of the latter, 95 %, over victims and seeds. Means are over families, "
    "numbers of notes, modes of recall, seeds and victims."
)
_ANSWERS = ("baseline/benign/hit@5", "benign/hit@5", "benign/full_influence_hit@5", "benign_loss/hit@5")


def redteam_page(document: Document) -> Page:
    """Return the page of a run; it shows no text of a memory, a trigger or an attack."""
    return Page(
        f"Red team: {document.data.get('name', '')}",
        [facts(document), _attacks(document), _harmless(document), _costs(document)],
    )


def _attacks(document: Document) -> Section:
    tables = attack_tables(document.figures, guard=str(document.config.get("guard", "")))
    parts: list[Part] = []
    for table in tables:
        parts += [Text(table.title), Table(table.columns, table.rows)]
    return Section("Attacks", [Text(_MEANING), *parts])


def _harmless(document: Document) -> Section:
    table = harmless_table(document.figures)
    rows = [
        (name, f"{figure.value:.4f}", interval_of(figure), str(figure.n))
        for name in _ANSWERS
        if (figure := document.figures.get(name))
    ]
    flagged: list[Part] = [] if table is None else [Text(table.title), Table(table.columns, table.rows)]
    return Section("Harmless notes and answers", [*flagged, Table(("figure", "value", "interval", "n"), rows)])


def _costs(document: Document) -> Section:
    names = [name for name in document.figures if name.startswith(("latency/", "count/"))]
    return Section("Costs", [costs(document.figures, names)])
