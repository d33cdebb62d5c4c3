"""Pages as one HTML file that needs nothing else: no script, no network."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import assert_never

from memsvc_evals.reporting.page import Page, Part, Plot, Section, Table, Text

__all__ = ["to_html"]

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1c2330; background: #fff; max-width: 72rem; margin: 2rem auto;
  padding: 0 1.25rem; }
h1 { font-size: 1.6rem; margin: 0 0 1rem; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; padding-bottom: .25rem; border-bottom: 1px solid #d5dae3; }
p { margin: .5rem 0; max-width: 48rem; }
p.warning { background: #fff4e0; border-left: 4px solid #d98a00; padding: .5rem .8rem; }
.wide { overflow-x: auto; margin: .6rem 0 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .92rem; }
th, td { padding: .28rem .7rem; border-bottom: 1px solid #e6e9ef; text-align: right; white-space: nowrap; }
th { background: #f5f7fa; font-weight: 600; }
th:first-child, td:first-child { text-align: left; }
.facts td { text-align: left; white-space: normal; overflow-wrap: anywhere; }
.facts th { text-align: left; }
img { display: block; max-width: 100%; height: auto; margin: .6rem 0; }
"""


def to_html(page: Page) -> str:
    """Return the page with its plots inside."""
    title = escape(page.title)
    body = "\n".join(map(_section, page.sections))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    )


def _section(section: Section) -> str:
    parts = "\n".join(map(_part, section.parts))
    return f"<section>\n<h2>{escape(section.title)}</h2>\n{parts}\n</section>"


def _part(part: Part) -> str:
    match part:
        case Text():
            kind = ' class="warning"' if part.warning else ""
            return f"<p{kind}>{escape(part.text)}</p>"
        case Table():
            return _table(part)
        case Plot():
            data = b64encode(part.svg.encode()).decode()
            return f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(part.alt)}">'
        case _:
            assert_never(part)


def _table(table: Table) -> str:
    # Two columns are names and their values, which may be long; more are numbers.
    kind = ' class="facts"' if len(table.columns) == 2 else ""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in table.columns)
    rows = "\n".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in table.rows)
    return (
        f'<div class="wide"><table{kind}>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody>\n</table></div>"
    )
