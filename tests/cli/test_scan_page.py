"""The page of a scan: flagged places marked, and nothing in a note can steer a browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest

from memsvc.cli.scan_page import scan_page
from memsvc.cli.shown_text import marked
from memsvc.wire import Assessment, Canary, CanaryCheck, FlaggedNote, Ledgers, Note, ScanReport, Signal

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOSTILE = (
    "</div><script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "<img src=x onerror=alert(1)>",
    "&lt;b&gt;",
    "<!-- <style>*{display:none}</style>",
    "javascript:alert(1)",
)


class Seen(HTMLParser):
    """What a browser would make of a page: its elements with attributes, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def page() -> Callable[..., str]:
    """Make the page of a scan with one flagged note."""

    def make(
        content: str, *signals: Signal, keys: tuple[str, ...] = (), original: str | None = None, **note: Any
    ) -> str:
        shown = Note(
            **{
                "id": "n1",
                "kind": "fact",
                "content": content,
                "event_time": AT,
                "ingest_time": AT,
                "origin": "tool_output_external",
                "trust": 0.4,
                "status": "active",
                "version": 1,
                "principal": "key:0123456789abcdef",
                **note,
            }
        )
        ledgers = Ledgers(hijack=1.0, influence=0.5, distrust=0.6, risk=0.3)
        found = Assessment(
            stage="scan", verdict="quarantine", ledgers=ledgers, signals=signals, at=AT, model="m" * 64
        )
        canary = Canary(id="c", question=content, expected=("n2",), k=5, at=AT, actor="local")
        report = ScanReport(
            notes=7,
            flagged=(FlaggedNote(note=shown, assessment=found),),
            canaries=(
                CanaryCheck(
                    canary=canary, now=("n1",), entered=("n1",), left=("n2",), explained=False, why=content
                ),
            ),
            at=AT,
            model="m" * 64,
            alpha=0.01,
            degraded=(content,),
        )
        originals = {} if original is None else {"n1": original}
        return scan_page(report, source=content, keys={"n1": keys}, originals=originals)

    return make


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_note_adds_no_element_and_no_attribute(page: Callable[..., str], text: str) -> None:
    def shape(content: str) -> list[tuple[str, list[str]]]:
        signal = Signal(detector=content, score=1, p=0.001, why=content, span=(0, len(content)))
        made = page(content, signal, keys=(content,), original=content, principal=content, session=content)
        return [(tag, sorted(attributes)) for tag, attributes in Seen(made).elements]

    assert shape(text) == shape("harmless")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_note_is_shown_to_the_letter(page: Callable[..., str], text: str) -> None:
    assert text in Seen(page(text)).text


def test_flagged_places_are_marked(page: Callable[..., str]) -> None:
    signal = Signal(detector="wordlm", score=19.5, p=0.0005, why="rare words", span=(4, 11))
    assert "the <mark>zyzzyva</mark> note" in page("the zyzzyva note", signal)


def test_a_place_in_a_key_is_marked_there(page: Callable[..., str]) -> None:
    signal = Signal(detector="transplant", score=1, p=0.01, span=(0, 3), key=1)
    made = page("tea is green", signal, keys=("tea is green", "hot drink"))
    assert ("<mark>hot</mark> drink" in made, "<mark>tea</mark>" in made) == (True, False)


def test_a_signal_is_shown_with_its_figures(page: Callable[..., str]) -> None:
    made = page("tea", Signal(detector="payload", score=0.91, p=0.0021, why="tells to hide something"))
    assert all(f">{cell}</td>" in made for cell in ("payload", "0.0021", "0.91", "tells to hide something"))


def test_origin_and_principal_are_shown(page: Callable[..., str]) -> None:
    text = Seen(page("tea")).text
    assert [word in text for word in ("tool_output_external", "key:0123456789abcdef")] == [True, True]


def test_a_page_loads_nothing(page: Callable[..., str]) -> None:
    elements = Seen(page("tea")).elements
    policies = [a["content"] for tag, a in elements if a.get("http-equiv") == "Content-Security-Policy"]
    assert [p.split(";")[0] for p in policies if p] == ["default-src 'none'"]
    assert not {tag for tag, _ in elements} & {"script", "link", "img", "iframe", "object", "form", "a"}


@pytest.mark.parametrize(
    "hidden", ["\u202e", "\u200b", "\u2066", "\U000e0001", "\x00", "\x1b", "\ufeff", "\u2028"]
)
def test_what_cannot_be_seen_is_written_out(hidden: str) -> None:
    assert marked(f"a{hidden}b", ()) == f"a<b>U+{ord(hidden):04X}</b>b"


def test_hidden_letters_can_be_read(page: Callable[..., str]) -> None:
    assert marked("a\U000e0062c", ()) == "a<b>U+E0062 b</b>c"
    assert "<mark><b>U+E003C &lt;</b></mark>" in page("tea", original="tea\U000e003c")


def test_words_of_every_script_stay_as_they_are() -> None:
    text = "naïve 東京 עברית नमस्ते\n\t🙂"
    assert marked(text, ()) == text


def test_overlapping_places_are_one_mark() -> None:
    assert marked("abcdef", [(1, 3), (2, 4), (4, 5)]) == "a<mark>bcde</mark>f"


@pytest.mark.parametrize("place", [(-5, 2), (3, 900), (4, 4), (5, 3), (900, 901)])
def test_a_place_beyond_the_text_loses_no_text(place: tuple[int, int]) -> None:
    assert Seen(marked("abcdef", [place])).text == "abcdef"


def test_of_a_long_text_the_places_are_shown() -> None:
    text = "x" * 5000 + "POISON" + "y" * 5000
    shown = marked(text, [(5000, 5006)])
    assert Seen(shown).text == f"[…]{'x' * 300}POISON{'y' * 300}[…]"


def test_what_harmless_notes_have_too_is_told_but_not_marked(page: Callable[..., str]) -> None:
    made = page("tea is green", Signal(detector="wordlm", score=5.5, p=0.6, span=(0, 3)))
    assert ("<mark>" in made, ">0.6</td>" in made) == (False, True)
