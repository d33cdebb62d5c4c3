"""Thoughts over REST, the SDK and the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from memsvc.api import create_app
from memsvc.app import App, build
from memsvc.cli.app import build_app
from memsvc.client import Client
from memsvc.client.testing import in_process_transport
from memsvc.errors import Conflict, InvalidInput, NotFound
from memsvc.settings import EmbedderSettings, Settings

JOHN = ("John is an actor.", "John is a writer.")
CAPITALS = {
    "2024-05-01T12:00:00Z": "The capital of China is Shanghai.",
    "2024-05-03T12:00:00Z": "The capital of China is Beijing.",
}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    settings = Settings(data_dir=tmp_path, embedder=EmbedderSettings(kind="hashing"), auth="off")
    with build(settings) as app, _client(app, settings) as made:
        yield made


def _client(app: App, settings: Settings) -> Client:
    rest = create_app(app.service, app.storage, settings)
    return Client(transport=in_process_transport(rest), namespace="ns", retries=0)


def rounds(client: Client, *said: str, started_at: str = "2024-05-01T12:00:00Z") -> list[str]:
    turns = [{"role": "user", "content": text} for text in said]
    outcome = client.remember_session(turns, started_at=started_at)  # type: ignore[arg-type]
    return [str(each.note) for each in outcome.rounds]


def test_a_thought_shows_triples_and_sources(client: Client) -> None:
    notes = rounds(client, "I live in Boston now.")
    done = client.post_think(notes)
    (thought,) = done.thoughts
    found = client.thought(thought)
    assert (found.triples[0].relation, found.triples[0].functional) == ("lives in", True)
    assert [(each.note, each.role) for each in found.sources] == [(notes[0], "thought")]
    assert [note.id for note in client.notes(kinds=["thought"])] == [thought]


def test_what_was_recalled_is_not_thought_again(client: Client) -> None:
    old = rounds(client, "I live in Boston near the harbour.")
    new = rounds(client, "I live in Boston near the harbour.", started_at="2024-05-02T12:00:00Z")
    assert client.post_think(new, recalled=old).repeated == 1


def test_merge_and_unmerge(client: Client) -> None:
    client.post_think(rounds(client, *JOHN))
    assert client.merge_thoughts(dry_run=True).merges[0].note is None
    (merge,) = client.merge_thoughts().merges
    assert merge.note is not None
    assert client.get(merge.note).content == "John is a writer and an actor."
    assert client.history(merge.sources[0])[-1].operation == "merged"
    assert {note.content for note in client.unmerge(merge.note)} == set(JOHN)


def test_forgetting(client: Client) -> None:
    for moment, said in CAPITALS.items():
        client.post_think(rounds(client, said, started_at=moment))
    planned = client.forget_thoughts(dry_run=True)
    done = client.forget_thoughts()
    assert (planned.dry_run, done.dry_run) == (True, False)
    assert planned.contradictions == done.contradictions
    assert [note.content for note in client.notes(kinds=["thought"])] == ["The capital of China is Beijing."]


def test_bad_input_is_refused(client: Client) -> None:
    (note,) = rounds(client, "I live in Boston now.")
    with pytest.raises(InvalidInput):
        client.post_think([])
    with pytest.raises(NotFound):
        client.post_think(["nobody"])
    with pytest.raises(Conflict):
        client.thought(note)
    with pytest.raises(InvalidInput):
        client.merge_thoughts(notes=[note])
    with pytest.raises(Conflict):
        client.unmerge(note)
    assert list(client.notes(kinds=["thought"])) == []


def test_the_command_line_thinks_lists_and_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMSVC_EMBEDDER__KIND", "hashing")
    settings = Settings(data_dir=tmp_path, embedder=EmbedderSettings(kind="hashing"), auth="off")
    with build(settings) as app, _client(app, settings) as client:
        notes = rounds(client, *JOHN)
    place = ["-n", "ns", "--data-dir", str(tmp_path)]

    def run(*words: str) -> str:
        done = CliRunner().invoke(build_app(), ["thoughts", *words, *place])
        assert done.exit_code == 0, done.output
        return done.stdout

    assert "2 new" in run("think", *notes)
    listed = run("list")
    assert all(said in listed for said in JOHN), listed
    merged = json.loads(run("merge", "--json"))["merges"][0]["note"]
    assert "John | is | an actor" in run("show", merged)
    assert "nothing to do" in run("forget", "--dry-run")
    restored = run("unmerge", merged)
    assert all(said in restored for said in JOHN)
