"""`memsvc guard scan`: a store, or a file from elsewhere, looked through for poison."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Ran

Run = Callable[..., Ran]
ODD = "quantum lobster parliament velcro sonnet isotope"
PLAIN = ["My sister lives in Porto.", "The car is due for service in May.", "I prefer tea to coffee."]


@pytest.fixture
def poisoned(write_lines: Callable[..., Path]) -> Path:
    """A file of notes of which one has words that no honest note has together."""
    return write_lines(*({"content": text} for text in [*PLAIN, ODD]))


def _contents(report: dict[str, Any]) -> list[str]:
    return [each["note"]["content"] for each in report["flagged"]]


def test_a_store_that_was_filled_without_the_guard_is_scanned(
    run: Run, poisoned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEMSVC_GUARD__LEVEL", "off")
    run("ingest", poisoned)
    report = run("guard", "scan", "--json").data
    assert (report["notes"], _contents(report)) == (4, [ODD])


def test_a_scan_hides_nothing_unless_it_is_told_to(
    run: Run, poisoned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEMSVC_GUARD__LEVEL", "off")
    run("ingest", poisoned)
    run("guard", "scan")
    waiting = run("guard", "quarantine", "--json").data["items"]
    applied = run("guard", "scan", "--apply", "--json").data["flagged"]
    hidden = run("guard", "quarantine", "--json").data["items"]
    assert (waiting, [each["applied"] for each in applied]) == ([], [True])
    assert [item["note"]["content"] for item in hidden] == [ODD]


def test_a_file_is_scanned_and_nothing_is_kept(run: Run, poisoned: Path, data_dir: Path) -> None:
    report = run("guard", "scan", "--from", poisoned, "--json").data
    assert (report["notes"], _contents(report), data_dir.exists()) == (4, [ODD], False)


def test_a_file_is_scanned_without_the_service_that_the_environment_names(
    run: Run, poisoned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEMSVC_URL", "http://127.0.0.1:1")
    assert run("guard", "scan", "--from", poisoned, "--json").code == 0


def test_standard_input_is_scanned(run: Run, poisoned: Path) -> None:
    report = run("guard", "scan", "--from", "-", "--json", stdin=poisoned.read_text()).data
    assert _contents(report) == [ODD]


def test_a_chat_is_scanned(run: Run, tmp_path: Path) -> None:
    chat = tmp_path / "chat.json"
    chat.write_text(json.dumps([{"role": "user", "content": ODD}, {"role": "assistant", "content": "Sure."}]))
    report = run("guard", "scan", "--from", chat, "--json").data
    assert [ODD in content for content in _contents(report)] == [True]


def test_a_longmemeval_file_is_scanned(run: Run, tmp_path: Path) -> None:
    question = {
        "question_id": "q1",
        "question_type": "single-session-user",
        "question": "Where does my sister live?",
        "answer": "Porto",
        "question_date": "2023/05/30 (Tue) 23:40",
        "answer_session_ids": ["s1"],
        "haystack_session_ids": ["s1", "s2"],
        "haystack_dates": ["2023/05/20 (Sat) 02:21", "2023/05/21 (Sun) 11:54"],
        "haystack_sessions": [[{"role": "user", "content": text}] for text in (PLAIN[0], ODD)],
    }
    file = tmp_path / "haystack.json"
    file.write_text(json.dumps([question]))
    report = run("guard", "scan", "--from", file, "--json").data
    assert (report["notes"], _contents(report)) == (2, [ODD])


def test_an_export_is_scanned_with_the_origins_that_it_has(run: Run, poisoned: Path, tmp_path: Path) -> None:
    poisoned.write_text(json.dumps({"content": ODD, "origin": "tool_output_external"}) + "\n")
    run("policy", "set", "-", stdin='{"guard": {"level": "off"}}')
    run("ingest", poisoned)
    out = tmp_path / "out.ndjson"
    run("export", "--output", out)
    (flagged,) = run("guard", "scan", "--from", out, "--json").data["flagged"]
    assert (flagged["note"]["content"], flagged["note"]["origin"]) == (ODD, "tool_output_external")


@pytest.mark.parametrize(
    ("options", "origin"), [((), "untrusted_document"), (("--origin", "model_inference"), "model_inference")]
)
def test_an_origin_is_given_to_what_has_none(
    run: Run, poisoned: Path, options: tuple[str, ...], origin: str
) -> None:
    scan = run("guard", "scan", "--from", poisoned, *options, "--json").data
    assert {each["note"]["origin"] for each in scan["flagged"]} == {origin}


@pytest.mark.parametrize(("options", "code"), [((), 0), (("--fail-on-flagged",), 1)])
def test_what_is_flagged_fails_a_gate(run: Run, poisoned: Path, options: tuple[str, ...], code: int) -> None:
    assert run("guard", "scan", "--from", poisoned, *options).code == code


def test_a_harmless_file_passes_a_gate(run: Run, write_lines: Callable[..., Path]) -> None:
    harmless = write_lines(*({"content": text} for text in PLAIN))
    done = run("guard", "scan", "--from", harmless, "--fail-on-flagged")
    assert (done.code, done.out) == (0, "3 notes, 0 flagged, 0 hidden\n")


def test_a_wrong_line_is_named_and_the_others_are_scanned(run: Run, write_lines: Callable[..., Path]) -> None:
    broken = write_lines({"content": PLAIN[0]}, "{broken", {"content": ODD})
    done = run("guard", "scan", "--from", broken, "--json")
    assert (done.code, done.data["notes"], "line 2: not valid JSON" in done.err) == (2, 2, True)


@pytest.mark.parametrize("content", ["", "[]", "{broken", "\x00\xff"])
def test_a_file_that_holds_no_memory_is_bad_input(run: Run, tmp_path: Path, content: str) -> None:
    file = tmp_path / "chat.json"
    file.write_text(content)
    done = run("guard", "scan", "--from", file)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("memsvc: ")


def test_a_missing_file_is_bad_input(run: Run, tmp_path: Path) -> None:
    done = run("guard", "scan", "--from", tmp_path / "none.jsonl")
    assert (done.code, "none.jsonl" in done.err) == (2, True)


@pytest.mark.parametrize(
    "options",
    [
        ("--from", "x", "--apply"),
        ("--origin", "direct_user"),
        ("--format", "chat"),
    ],
)
def test_options_that_contradict_one_another_are_refused(run: Run, options: tuple[str, ...]) -> None:
    assert run("guard", "scan", *options).code == 2


def test_a_namespace_that_is_not_there_cannot_be_scanned(run: Run) -> None:
    done = run("guard", "scan", "-n", "nobody")
    assert (done.code, done.out) == (1, "")


def test_a_report_marks_the_place(run: Run, poisoned: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    assert run("guard", "scan", "--from", poisoned, "--html", page).code == 0
    marked = re.findall("<mark>(.*?)</mark>", page.read_text())
    assert {piece in ODD for piece in marked} == {True}


def test_a_report_that_cannot_be_written_says_so(run: Run, poisoned: Path, tmp_path: Path) -> None:
    done = run("guard", "scan", "--from", poisoned, "--html", tmp_path / "no" / "report.html")
    assert (done.code, "report.html" in done.err) == (2, True)
