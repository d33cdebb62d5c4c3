"""How the page of a scan looks, on small screens and at night too."""

from __future__ import annotations

__all__ = ["STYLE"]

STYLE = """
:root { color-scheme: light dark; --ink: #1c2330; --paper: #fff; --card: #f7f8fa; --line: #d5dae3; --soft: #566072;
  --mark: #ffe08a; --bad: #b3261e; --warn: #8a5a00; --good: #1f6f43; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7ee; --paper: #14171d; --card: #1d2129; --line: #363c49;
  --soft: #9aa4b5; --mark: #6b5200; --bad: #ff8a80; --warn: #ffcc66; --good: #7fd6a2; } }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .6rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 0 0 .6rem; overflow-wrap: anywhere; }
h3 span { color: var(--warn); border: 1px solid; border-radius: .3rem; padding: 0 .4rem; margin-right: .4rem; }
h3 .block, h3 .quarantine, h3 .unexplained { color: var(--bad); }
h3 .explained { color: var(--good); }
code { font-size: .9em; }
article { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .9rem;
  margin: 0 0 1rem; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; background: var(--paper);
  border-left: 4px solid var(--line); padding: .5rem .7rem; margin: 0 0 .7rem; }
.text b { font: .8em ui-monospace, monospace; color: var(--bad); border: 1px solid; border-radius: .2rem;
  padding: 0 .15rem; margin: 0 .1rem; }
.text i { color: var(--soft); }
mark { background: var(--mark); color: inherit; }
.label { margin: 0; font-size: .85rem; color: var(--soft); }
.warning { border-left: 4px solid var(--warn); padding: .4rem .7rem; background: var(--card); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0;
  border-bottom: 1px solid var(--line); }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .4rem 1rem;
  margin: .8rem 0 0; }
dt { font-size: .8rem; color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  dl { grid-template-columns: repeat(auto-fill, minmax(7.5rem, 1fr)); }
  thead { display: none; }
  tr { display: flex; flex-wrap: wrap; gap: 0 .8rem; border-bottom: 1px solid var(--line); padding: .3rem 0; }
  td { border: 0; padding: 0; }
  td:first-child, td:last-child { flex-basis: 100%; }
  td:first-child { font-weight: 600; }
  td:not(:first-child, :last-child)::before { content: attr(data-of) " "; color: var(--soft); }
}
"""
