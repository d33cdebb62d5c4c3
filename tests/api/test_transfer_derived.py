"""Export and import of what was derived from notes."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from memsvc.domain.attributes import Attributes, Method
from memsvc.domain.changes import Operation
from memsvc.domain.derivations import Derivation, Role
from memsvc.domain.ids import NoteId
from memsvc.domain.links import LinkType, NewLink
from memsvc.domain.triples import Triple

NS = "/v1/namespaces/ns"
NDJSON = {"Content-Type": "application/x-ndjson"}
AT = datetime(2024, 5, 1, tzinfo=UTC)


@pytest.fixture
def derived(api):
    """A namespace of two notes with a link, a derivation, triples, mentions and attributes."""
    first, second = (NoteId(note) for note in api.remember("tea is green", "tea is black"))
    (scope,) = api.parts.storage.directory.scopes()
    with api.parts.storage.writer(scope) as writer:
        writer.links.put([NewLink(first, second, LinkType.MANUAL, 0.5, Method.USER)], at=AT, actor="a")
        writer.derivations.add(
            [Derivation(second, first, Role.THOUGHT), Derivation(first, second, Role.EVOLUTION)]
        )
        writer.mentions.put({first: ["tea"]})
        writer.triples.put({second: [Triple("tea", "is", "black", value=1.5, unit="cup")]})
        writer.set_attributes(
            first,
            Attributes(("leaf",), ("drink",), "Of tea.", Method.LLM),
            writer.keys(first),
            key_version=None,
            operation=Operation.EVOLVED,
            expected_version=None,
            at=AT,
            actor="a",
        )
    return api


def _lines(api) -> list[dict]:
    return [json.loads(line) for line in api.call("GET", f"{NS}/export").content.splitlines()]


def _import(api, lines: list[dict]) -> dict:
    content = b"\n".join(json.dumps(line).encode() for line in lines)
    return api.call("POST", f"{NS}/import", content=content, headers=NDJSON).json()


def _derived_fields(lines: list[dict]) -> list[dict]:
    names = ("attributes", "triples", "mentions", "links", "sources", "products")
    return [{name: line[name] for name in names} for line in lines if line["type"] == "note"]


def test_what_was_derived_comes_back_in_another_store(derived, make_api):
    other, lines = make_api(), _lines(derived)

    report = _import(other, lines)

    assert (report["notes"], report["failed"], report["left_out"]) == (2, 0, 0)
    assert _derived_fields(_lines(other)) == _derived_fields(lines)
    first, second = _derived_fields(lines)
    assert (first["attributes"]["keywords"], first["mentions"], first["links"]) == (["leaf"], ["tea"], [])
    assert [link["type"] for link in second["links"]] == ["manual"]
    assert ([s["role"] for s in second["sources"]], [p["role"] for p in second["products"]]) == (
        ["thought"],
        ["evolution"],
    )


def test_relations_to_notes_that_are_not_there_are_left_out_and_counted(derived, make_api):
    other, lines = make_api(), _lines(derived)

    report = _import(other, [line for line in lines if line.get("content") != "tea is green"])

    assert (report["notes"], report["failed"], report["left_out"]) == (1, 0, 3)
    assert _derived_fields(_lines(other))[0]["links"] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("other", None),
        ("type", "sequence"),
        ("weight", 0),
        ("weight", 1.5),
        ("method", "magic"),
    ],
)
def test_a_link_that_means_nothing_fails_its_line(derived, make_api, field, value):
    other, lines = make_api(), _lines(derived)
    note = lines[-1]
    note["links"][0][field] = note["id"] if value is None else value

    report = _import(other, lines)

    assert (report["notes"], report["failed"]) == (1, 1)
    assert report["problems"][0]["code"] == "invalid-input"


def test_more_recalls_than_a_database_counts_fail_their_line(derived, make_api):
    other, lines = make_api(), _lines(derived)
    lines[-1]["uses"] = {"seen": 2**31, "recalled": 0, "at": AT.isoformat()}

    report = _import(other, lines)

    assert (report["notes"], report["failed"]) == (1, 1)
    assert "/note/uses/seen" in report["problems"][0]["detail"]


def test_a_policy_without_the_version_before_it_is_not_lost_silently(make_api):
    api = make_api()
    first, third = (
        {"type": "policy", "version": n, "policy": {}, "at": AT.isoformat(), "actor": "a"} for n in (1, 3)
    )

    report = _import(api, [first, first, third])

    assert [(problem["line"], problem["code"]) for problem in report["problems"]] == [(3, "conflict")]
    assert len(api.call("GET", f"{NS}/policy/history").json()["items"]) == 1
