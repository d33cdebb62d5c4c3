"""`memsvc ingest` end to end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memsvc.client import Client
from memsvc.errors import StorageBusy

Run = Callable[..., Any]


def test_sessions_and_notes_of_a_file_are_stored(run: Run, write_lines: Run, talk: Any) -> None:
    file = write_lines({"id": "s1", "turns": talk}, {"content": "I like tea."}, {"id": "s2", "turns": talk})
    done = run("ingest", file, "--json")
    assert (done.code, done.data) == (
        0,
        {"sessions": {"created": 2}, "notes": {"created": 3}, "refused": 0, "problems": []},
    )


def test_the_same_file_again_adds_nothing(run: Run, write_lines: Run, talk: Any) -> None:
    file = write_lines({"id": "s1", "turns": talk}, {"content": "I like tea."})
    run("ingest", file)
    assert run("ingest", file, "--json").data["sessions"] == {"unchanged": 1}


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("{broken", "not valid JSON"),
        ("[1, 2]", "must be a JSON object"),
        ('{"text": "x"}', "turns"),
        ('{"content": ""}', "content: "),
        ('{"content": "x", "colour": "red"}', "colour: "),
        ('{"turns": [{"role": "user"}]}', "turns.0.content: "),
        ('{"content": "x", "event_time": "yesterday"}', "event_time: "),
        ('{"content": "a\\u0000b"}', "NUL"),
        ('{"content": "\\ud800"}', "surrogate"),
        pytest.param('{"content": "x", "metadata": ' + "[" * 10_000 + "]" * 10_000 + "}", "deep", id="deep"),
    ],
)
def test_a_wrong_line_is_named_and_the_rest_is_kept(run: Run, write_lines: Run, line: str, named: str) -> None:
    done = run("ingest", write_lines({"content": "first"}, line, {"content": "third"}), "--json")
    assert (done.code, done.data["notes"], done.data["refused"]) == (2, {"created": 2}, 1)
    assert [named in p["detail"] or p["detail"] for p in done.data["problems"]] == [True]
    assert "line 2" in done.err


def test_what_the_service_refuses_is_named_by_line_too(run: Run, write_lines: Run) -> None:
    done = run("ingest", write_lines({"content": "ok"}, {"content": "x" * 200_001}))
    assert (done.code, "line 2: " in done.err) == (2, True)
    assert "send it in parts, or raise MEMSVC_MAX_CONTENT_CHARS" in done.err


def test_only_the_first_problems_are_listed(run: Run, write_lines: Run) -> None:
    done = run("ingest", write_lines(*["[]"] * 30), "--json")
    assert (done.data["refused"], len(done.data["problems"])) == (30, 20)
    assert "10 more were not stored" in done.err


def test_lines_come_from_standard_input(run: Run) -> None:
    done = run("ingest", "-", "--json", stdin='{"content": "I like tea."}\n')
    assert done.data["notes"] == {"created": 1}


def test_a_missing_file_is_bad_input(run: Run, tmp_path: Path) -> None:
    done = run("ingest", tmp_path / "none.jsonl")
    assert (done.code, done.err) == (
        2,
        f"memsvc: cannot read {tmp_path / 'none.jsonl'}: No such file or directory\n",
    )


def test_a_chat_export_becomes_sessions(run: Run, tmp_path: Path, talk: Any) -> None:
    file = tmp_path / "chat.json"
    file.write_text(json.dumps([{"id": "c1", "messages": talk}, {"id": "c2", "messages": talk}]))
    assert run("ingest", file, "--json").data["sessions"] == {"created": 2}


def _question(number: int, talk: Any) -> dict[str, Any]:
    return {
        "question_id": f"q{number}",
        "question_type": "single-session-user",
        "question": "What is the dog called?",
        "question_date": "2023/05/30 (Tue) 23:40",
        "answer": "Pixel",
        "answer_session_ids": ["s1"],
        "haystack_session_ids": ["s1", "s2"],
        "haystack_dates": ["2023/05/20 (Sat) 02:21", "2023/05/21 (Sun) 11:54"],
        "haystack_sessions": [talk, [*talk, {"role": "user", "content": ""}]],
    }


def test_each_longmemeval_question_can_have_a_namespace(run: Run, tmp_path: Path, talk: Any) -> None:
    file = tmp_path / "lme.json"
    file.write_text(json.dumps([_question(1, talk), _question(2, talk)]))
    done = run("ingest", file, "--prefix", "lme-", "--json")
    assert (done.code, done.data["sessions"]) == (0, {"created": 4})
    names = [item["name"] for item in run("stats", "--json").data["items"]]
    assert names == ["lme-q1", "lme-q2"]


def test_longmemeval_in_one_namespace(run: Run, tmp_path: Path, talk: Any) -> None:
    file = tmp_path / "lme.json"
    file.write_text(json.dumps([_question(1, talk)]))
    run("ingest", file, "--namespace", "all")
    assert run("stats", "-n", "all", "--json").data["sessions"] == 2


def test_a_malformed_longmemeval_file_is_named(run: Run, tmp_path: Path, talk: Any) -> None:
    file = tmp_path / "lme.json"
    file.write_text(json.dumps([_question(1, talk), {**_question(2, talk), "haystack_dates": ["never"]}]))
    done = run("ingest", file, "--prefix", "lme-")
    assert (done.code, "q2" in done.err, "haystack" in done.err) == (2, True, True)
    assert [item["name"] for item in run("stats", "--json").data["items"]] == ["lme-q1"]


def test_progress_counts_questions_once(run: Run, tmp_path: Path, talk: Any) -> None:
    file = tmp_path / "lme.json"
    spoilt = {**_question(2, talk), "haystack_session_ids": ["s1", "not a name"]}
    file.write_text(json.dumps([_question(1, talk), spoilt, _question(3, talk)]))
    assert "3/3" in run("ingest", file).err


def test_an_ingest_that_fails_half_way_says_what_it_stored(
    run: Run, write_lines: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = Client.remember_items

    def fail_later(client: Client, items: Any) -> Any:
        if len(items) < 100:
            raise StorageBusy("the database is held")
        return send(client, items)

    monkeypatch.setattr(Client, "remember_items", fail_later)
    done = run("ingest", write_lines(*({"content": f"note {n}"} for n in range(150))))
    assert (done.code, done.out) == (1, "sessions: none\nnotes: 100 created\n")
    assert "stopped before its end" in done.err
    assert done.err.splitlines()[-1] == "memsvc: the database is held"


def test_a_prefix_is_for_longmemeval_only(run: Run, write_lines: Run) -> None:
    done = run("ingest", write_lines({"content": "x"}), "--prefix", "p-")
    assert (done.code, "--prefix" in done.err) == (2, True)
