"""What is measured: the forms of our index, and the peers."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from memsvc.errors import InvalidInput
from memsvc_evals.ann.peer import AnnPeer
from memsvc_evals.ann.peers.registry import PEERS
from memsvc_evals.ann.system import Params
from memsvc_evals.load.environments import stage_scripts
from memsvc_evals.load.systems import System, our_paths

__all__ = ["FORMS", "Subject", "chosen_peers", "our_subjects", "peer_subjects", "point_name"]

_SCRIPTS = ("answering.py", "ann/system.py", "ann/worker.py", "ann/resources.py", "ann/peers/*.py")
_EFFORTS = (
    (16, 40),
    (32, 60),
    (48, 80),
    (56, 90),
    (64, 100),
    (96, 120),
    (128, 150),
    (160, 160),
    (192, 180),
    (208, 190),
    (224, 200),
    (240, 210),
    (256, 250),
    (512, 400),
)


@dataclass(frozen=True, slots=True)
class Form:
    """A form of our index: the worker's module and the curve; `at` is what the service uses."""

    module: str
    sweep: tuple[Params, ...]
    at: Params | None


FORMS = {
    "flat": Form("index", ({}, *({"reranked": rows} for rows in (20, 50, 75, 90, 100, 150, 300))), at={}),
    "paged": Form("index", ({}, *({"postings": p, "rows": rows} for p, rows in _EFFORTS)), at={}),
    "spann": Form("spann", tuple({"lists": lists} for lists in (8, 16, 32, 64, 96, 128, 256)), at=None),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """A system with its curve of search parameters, from fast to exact; `at` is the point of comparison."""

    system: System
    sweep: tuple[Params, ...]
    at: Params | None
    on_disk: bool
    ours: bool
    slow: bool = False

    @property
    def name(self) -> str:
        return self.system.name


def point_name(params: Params) -> str:
    """Return search parameters as one short word, such as ef=64; "default" where none is given."""
    return ",".join(f"{name}={json.dumps(value)}" for name, value in params.items()) or "default"


def our_subjects(names: Sequence[str]) -> list[Subject]:
    """Return our forms, in this interpreter; raises InvalidInput for an unknown name."""
    subjects = []
    for name in dict.fromkeys(names):
        if name not in FORMS:
            raise InvalidInput(f"there is no form {name!r}; there are {', '.join(FORMS)}")
        form = FORMS[name]
        command = (sys.executable, "-m", f"memsvc_evals.ann.ours.{form.module}")
        system = System(name, command, our_paths(), name)
        subjects.append(Subject(system, form.sweep, form.at, on_disk=True, ours=True))
    return subjects


def chosen_peers(names: Sequence[str]) -> list[AnnPeer]:
    """Return peers by name ("all" for every one); raises InvalidInput for an unknown name."""
    if "all" in names:
        return list(PEERS)
    known = {peer.name: peer for peer in PEERS}
    for name in names:
        if name not in known:
            raise InvalidInput(f"there is no peer {name!r}; there are {', '.join(known)}")
    return [known[name] for name in dict.fromkeys(names)]


def peer_subjects(peers: Sequence[AnnPeer], environments: Path, scripts: Path) -> list[Subject]:
    """Return the peers, each in its own environment; raises InvalidInput when one is missing."""
    staged = str(stage_scripts(scripts, _SCRIPTS))
    subjects = []
    for peer in peers:
        python = peer.python(environments)
        if not python.exists():
            raise InvalidInput(f"{peer.name} is not installed at {python}; run again with --install")
        command = (str(python), "-m", f"memsvc_evals.ann.peers.{peer.module}")
        system = System(peer.name, command, staged, peer.argument)
        subjects.append(Subject(system, peer.sweep, peer.at, peer.on_disk, ours=False, slow=peer.slow))
    return subjects
