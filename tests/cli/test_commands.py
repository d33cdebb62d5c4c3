"""The other commands, in this process."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memsvc.cli.output import one_line

Run = Callable[..., Any]


@pytest.fixture
def filled(run: Run, write_lines: Run, talk: Any) -> None:
    run("ingest", write_lines({"id": "s1", "turns": talk}, {"content": "I like green tea."}))


def test_the_demo_finds_what_it_stored(run: Run) -> None:
    done = run("demo", "--json")
    assert [each["status"] for each in done.data["stored"]] == ["created", "created"]
    assert [len(answer["hits"]) for answer in done.data["recalled"].values()] == [1, 1, 1]


def test_the_demo_can_be_run_again(run: Run) -> None:
    run("demo")
    assert [each["status"] for each in run("demo", "--json").data["stored"]] == ["unchanged", "unchanged"]


@pytest.mark.usefixtures("filled")
def test_recall_prints_the_best_first(run: Run) -> None:
    done = run("recall", "green tea", "-k", 1)
    assert (done.code, done.out.splitlines()[0].endswith("I like green tea.")) == (0, True)


@pytest.mark.usefixtures("filled")
def test_recall_gives_one_json_object(run: Run) -> None:
    done = run("recall", "beagle", "--level", "session", "--mode", "lexical", "--json")
    assert [found["session"]["id"] for found in done.data["sessions"]] == ["s1"]


@pytest.mark.usefixtures("filled")
def test_recall_is_bounded_in_time(run: Run) -> None:
    assert run("recall", "tea", "--until", "2020-01-01").out == "nothing found\n"


def test_an_empty_question_is_bad_input(run: Run) -> None:
    done = run("recall", " ")
    assert (done.code, done.err.startswith("memsvc: /query: ")) == (2, True)


def test_stats_without_data(run: Run) -> None:
    assert run("stats").out == "no namespaces yet\n"


def test_stats_of_an_unknown_namespace_fail_in_one_line(run: Run) -> None:
    done = run("stats", "-n", "nobody")
    assert (done.code, done.out, len(done.err.splitlines())) == (1, "", 1)


@pytest.mark.usefixtures("filled")
def test_stats_of_one_namespace(run: Run) -> None:
    data = run("stats", "-n", "default", "--json").data
    assert (data["notes"]["active"], data["sessions"]) == (2, 1)


@pytest.mark.usefixtures("filled")
def test_export_and_import_lose_nothing(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "out.ndjson"
    assert run("export", "-o", file, "--json").data == {"file": str(file), "lines": 4}
    assert run("import", file, "-n", "copy", "--json").data["notes"] == 2
    assert run("export", "-n", "copy").out.splitlines()[1:] == file.read_text().splitlines()[1:]


@pytest.mark.usefixtures("filled")
def test_an_operator_exports_what_the_guard_knows(run: Run) -> None:
    header, *_, note = [json.loads(line) for line in run("export").out.splitlines()]
    assert (header["guard"], [each["stage"] for each in note["assessments"]]) == (True, ["write"])


@pytest.mark.usefixtures("filled")
def test_an_import_names_wrong_lines(run: Run, tmp_path: Path) -> None:
    done = run("import", "-", stdin='{"type": "note"}\n')
    assert (done.code, "line 1: " in done.err) == (2, True)


def test_export_and_import_show_their_progress(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "all.ndjson"
    run("demo")
    run("policy", "set", "-", "-n", "demo", stdin='{"guard": {"level": "strict"}}')
    exported = run("export", "-n", "demo", "-o", file)
    total = len(file.read_text().splitlines())
    assert f"{total}/{total}" in exported.err
    assert f"{total}/{total}" in run("import", file, "-n", "copy").err


def test_a_failed_export_leaves_no_file(run: Run, tmp_path: Path) -> None:
    done = run("export", "-n", "nobody", "-o", tmp_path / "out.ndjson")
    assert (done.code, list(tmp_path.glob("out*"))) == (1, [])


def test_an_export_to_standard_output_refuses_json(run: Run) -> None:
    assert run("export", "--json").code == 2


@pytest.mark.usefixtures("filled")
def test_indexes_are_verified_and_rebuilt(run: Run) -> None:
    assert run("index", "verify", "--json").data == {"checked": 1, "problems": []}
    assert run("index", "rebuild", "-n", "default", "--json").data == {"rebuilt": ["local/default"]}


@pytest.mark.usefixtures("filled")
def test_stats_of_indexes_show_form_and_size(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMSVC_INDEX_EXACT_KEYS", "0")
    assert run("index", "compact", "--json").data == {"compacted": ["local/default"]}
    (found,) = run("index", "stats", "--json").data["indexes"]
    assert (found["scope"], found["form"]) == ("local/default", "flat")
    assert found["vectors"] > 0
    assert found["disk_bytes"] > 0
    assert f"flat, {found['vectors']} vectors" in run("index", "stats").out


@pytest.mark.parametrize("command", ["verify", "rebuild", "stats", "compact"])
def test_an_index_of_an_unknown_namespace_is_one_clear_line(run: Run, command: str) -> None:
    done = run("index", command, "-n", "nobody")
    assert (done.code, done.out) == (1, "")
    assert "there is no such namespace" in done.err


@pytest.mark.usefixtures("filled")
def test_a_damaged_index_gives_exit_code_3(run: Run, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMSVC_INDEX_EXACT_KEYS", "0")
    run("index", "rebuild")
    for slab in (data_dir / "indexes").glob("*.slab"):
        body = bytearray(slab.read_bytes())
        header = 4096
        body[header:] = bytes(byte ^ 0xFF for byte in body[header:])
        slab.write_bytes(body)
    done = run("index", "verify", "--json")
    assert (done.code, len(done.data["problems"]) > 0) == (3, True)


def test_one_index_or_all(run: Run) -> None:
    assert run("index", "verify", "--all", "-n", "default").code == 2


def test_the_schema_is_upgraded_and_shown(run: Run) -> None:
    assert run("db", "current", "--json").data["current"] is None
    upgraded = run("db", "upgrade", "--json").data
    assert run("db", "current", "--json").data == {"current": upgraded["after"], "needed": upgraded["after"]}


def test_a_key_is_made_listed_and_revoked(run: Run) -> None:
    made = run("keys", "create", "--tenant", "acme", "--name", "laptop", "--scope", "read", "--json").data
    assert made["key"].startswith(f"mk_{made['id']}_")
    assert run("keys", "revoke", made["id"]).code == 0
    listed = run("keys", "list", "--json")
    assert [(k["tenant"], k["scopes"], k["revoked_at"] is None) for k in listed.data["items"]] == [
        ("acme", ["read"], False)
    ]
    assert made["key"].removeprefix(f"mk_{made['id']}_") not in listed.out


def test_a_new_key_is_printed_alone(run: Run) -> None:
    assert run("keys", "create").out.startswith("mk_")


def test_revoking_an_unknown_key_fails(run: Run) -> None:
    done = run("keys", "revoke", "0123456789abcdef")
    assert (done.code, "memsvc keys list" in done.err) == (1, True)


def test_a_tenant_with_a_wrong_name_is_bad_input(run: Run) -> None:
    assert run("keys", "create", "--tenant", "a b").code == 2


def test_no_server_at_the_url_is_one_clear_line(run: Run) -> None:
    done = run("recall", "tea", "--url", "http://127.0.0.1:9")
    assert (done.code, "memsvc serve" in done.err, len(done.err.splitlines())) == (1, True, 1)


def test_benchmarks_are_passed_on(run: Run) -> None:
    done = run("eval", "--help")
    assert (done.code, "longmemeval" in done.out) == (0, True)


@pytest.mark.parametrize(
    "arguments", [["recall"], ["nothing"], ["serve", "--port", "x"], ["recall", "a", "-k", "0"]]
)
def test_wrong_usage_is_exit_code_2(run: Run, arguments: list[str]) -> None:
    assert run(*arguments).code == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["keys", "create", "--scope", "bogus"], "'--scope': 'bogus' is not one of 'read', 'write', 'admin'"),
        (["recall", "a", "-k", "0"], "must be at least 1"),
        (["serve", "--port", "x"], "must be a whole number"),
    ],
)
def test_a_wrong_option_is_named_in_plain_words(run: Run, arguments: list[str], says: str) -> None:
    assert says in run(*arguments).err


def test_json_output_is_valid_whatever_the_terminal(run: Run, write_lines: Run) -> None:
    run("ingest", write_lines({"content": "I like 緑茶 and naïve cafés."}))
    done = run("recall", "緑茶", "--json")
    assert (done.out.isascii(), json.loads(done.out)["hits"][0]["note"]["content"]) == (
        True,
        "I like 緑茶 and naïve cafés.",
    )


def test_stored_text_cannot_steer_the_terminal(run: Run, write_lines: Run) -> None:
    run("ingest", write_lines({"content": "tea \x1b]0;owned\x07 and\u202e more"}))
    assert run("recall", "tea").out.endswith("tea ]0;owned and more\n")


def test_no_line_can_steer_the_terminal() -> None:
    assert one_line("tea \x1b]0;owned\x07\n and\u202e more") == "tea \ufffd]0;owned\ufffd and\ufffd more"


@pytest.mark.usefixtures("filled")
def test_keys_of_notes_are_rebuilt_once(run: Run, data_dir: Path) -> None:
    with sqlite3.connect(data_dir / "memsvc.db") as database:
        (notes,) = database.execute("SELECT count(*) FROM notes").fetchone()
        database.execute("UPDATE notes SET key_version = 'of old'")
    database.close()
    assert run("keys", "rebuild", "--json").data == {"rebuilt": {"local/default": notes}}
    assert run("keys", "rebuild", "-n", "default", "--json").data == {"rebuilt": {"local/default": 0}}


def test_keys_of_an_unknown_namespace_are_one_clear_line(run: Run) -> None:
    done = run("keys", "rebuild", "-n", "nobody")
    assert (done.code, done.out) == (1, "")
    assert "there is no such namespace" in done.err
