"""The compose file and the image, without a container engine."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

REPO = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((Path(__file__).parent / "compose-subset.schema.json").read_text())


@pytest.fixture(scope="module")
def compose() -> dict[str, object]:
    loaded = yaml.safe_load((REPO / "compose.yaml").read_text())
    assert isinstance(loaded, dict)
    return loaded


def services(compose: dict[str, object]) -> dict[str, dict[str, object]]:
    found = compose["services"]
    assert isinstance(found, dict)
    return found


def test_the_file_is_valid(compose: dict[str, object]) -> None:
    jsonschema.validate(compose, SCHEMA)


def test_each_profile_has_its_services(compose: dict[str, object]) -> None:
    profiles = {name: service["profiles"] for name, service in services(compose).items()}
    assert profiles == {
        "memsvc": ["sqlite"],
        "api": ["postgres"],
        "worker": ["postgres"],
        "postgres": ["postgres"],
    }


def test_our_services_cannot_write_outside_their_volume(compose: dict[str, object]) -> None:
    ours = [service for name, service in services(compose).items() if name != "postgres"]
    assert [(s["read_only"], s["cap_drop"]) for s in ours] == [(True, ["ALL"])] * 3


def test_every_volume_is_declared(compose: dict[str, object]) -> None:
    used = {
        str(volume).split(":")[0]
        for service in services(compose).values()
        for volume in service.get("volumes", [])  # type: ignore[attr-defined]
    }
    assert used == set(compose["volumes"])  # type: ignore[call-overload]


def test_the_commands_are_commands_of_the_cli(compose: dict[str, object]) -> None:
    docker = (REPO / "Dockerfile").read_text()
    commands = {json.dumps(s["command"]) for n, s in services(compose).items() if n != "postgres"}
    assert commands == {'["memsvc", "serve"]', '["memsvc", "worker"]'}
    assert 'CMD ["memsvc", "serve"]' in docker


def test_the_image_runs_without_rights_and_says_when_it_is_ill() -> None:
    docker = (REPO / "Dockerfile").read_text()
    stages = re.findall(r"^FROM .+$", docker, re.MULTILINE)
    assert len(stages) == 2
    assert "USER memsvc" in docker
    assert "HEALTHCHECK" in docker
    assert "/readyz" in docker
