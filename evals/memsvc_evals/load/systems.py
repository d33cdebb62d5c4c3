"""What is measured: this service in three forms, and the peers."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import memsvc
from memsvc.errors import InvalidInput
from memsvc_evals.load.environments import PEERS, stage_scripts
from memsvc_evals.load.process import Worker

__all__ = ["System", "our_paths", "our_systems", "peer_systems"]

IN_PROCESS = "memsvc"
HYBRID = "memsvc-hybrid"
REST = "memsvc-rest"
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class System:
    """How to start a system's worker; `in_child` says that the store lives in a process that the worker starts."""

    name: str
    command: tuple[str, ...]
    pythonpath: str
    argument: str = ""
    persistent: bool = True
    in_child: bool = False

    def start(self, stack: ExitStack, *, log: Path, dataset: Path | None = None) -> Worker:
        # Without the caller's own MEMSVC_ settings: the run measures the defaults.
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MEMSVC_")}
        environment = kept | {"PYTHONPATH": self.pythonpath} | dict.fromkeys(_THREADS, "1")
        command = [*self.command, *([] if dataset is None else [str(dataset)]), self.argument]
        return stack.enter_context(Worker(self.name, command, environment=environment, log=log))


def our_systems() -> list[System]:
    """Return the service in process (by vectors only, as the peers, and hybrid) and over REST."""
    paths = our_paths()

    def ours(name: str, module: str, mode: str, *, in_child: bool = False) -> System:
        command = (sys.executable, "-m", f"memsvc_evals.load.ours.{module}")
        return System(name, command, paths, mode, in_child=in_child)

    return [
        ours(IN_PROCESS, "in_process", "dense"),
        ours(HYBRID, "in_process", "hybrid"),
        ours(REST, "rest", "dense", in_child=True),
    ]


def our_paths() -> str:
    """Return this process's import path, so that an uninstalled checkout works in workers too."""
    return os.pathsep.join([str(Path(memsvc.__file__).parents[1]), *(path for path in sys.path if path)])


def peer_systems(folder: Path, scripts: Path) -> list[System]:
    """Return the peers; raises InvalidInput when an environment is missing."""
    staged = str(stage_scripts(scripts))
    systems = []
    for peer in PEERS:
        python = peer.python(folder)
        if not python.exists():
            raise InvalidInput(f"{peer.name} is not installed at {python}; run again with --install")
        command = (str(python), "-m", f"memsvc_evals.load.peers.{peer.module}")
        systems.append(System(peer.name, command, staged, peer.argument, peer.persistent))
    return systems
