"""`memsvc links`, `attributes`, `evolve`, `revert`, `history` and `consolidate`."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import data_dir, run

__all__ = ["data_dir", "run"]

TALK = [
    {"role": "user", "content": "We adopted a beagle and named her Pixel."},
    {"role": "assistant", "content": "Congratulations!"},
    {"role": "user", "content": "Pixel chews my shoes."},
    {"role": "assistant", "content": "Puppies do."},
]


@pytest.fixture
def notes(run, tmp_path):
    """Two rounds of a session, by id."""
    file = tmp_path / "talk.jsonl"
    file.write_text(json.dumps({"id": "s", "turns": TALK}))
    assert run("ingest", file).code == 0
    hits = run("recall", "Pixel", "--json").data["hits"]
    return [hit["note"]["id"] for hit in sorted(hits, key=lambda hit: hit["note"]["position"])]


def test_links_are_added_listed_and_removed(run, notes):
    first, second = notes
    assert run("links", "add", first, second).code == 0

    listed = run("links", "list", first).out.splitlines()

    assert any(second in line and "manual" in line for line in listed)
    assert any("sequence" in line for line in listed)
    assert "manual" not in run("links", "remove", first, second).out


def test_a_note_evolves_shows_its_attributes_and_is_reverted(run, notes):
    first, _ = notes
    evolved = run("evolve", first)

    shown = run("attributes", first, "--json").data

    assert (evolved.code, shown["version"], shown["method"]) == (0, 2, "rules")
    assert "keywords: " in evolved.out
    assert "evolved" in run("history", first).out
    assert run("revert", first, 1).code == 0
    assert run("attributes", first).code != 0


def test_consolidation_says_what_it_did(run, notes):
    policy = {"amem": {"work": "rules"}, "links": {"tau": 1.0}}
    assert run("policy", "set", "-", stdin=json.dumps(policy)).code == 0
    assert run("consolidate").out == "2 notes: 2 got attributes, 0 new keys, 0 new links\n"
    assert run("consolidate", "--json").data["attributes"] == 0


def test_an_unknown_note_fails_with_one_line(run, notes):
    done = run("links", "list", "none")
    assert done.code != 0
    assert len(done.err.splitlines()) == 1
