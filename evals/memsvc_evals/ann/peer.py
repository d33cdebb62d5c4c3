"""What the benchmark must know of a peer; `peers.registry.PEERS` lists them."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from memsvc_evals.ann.system import Params
from memsvc_evals.load.environments import Peer

__all__ = ["AnnPeer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnPeer(Peer):
    """`module` is one of `memsvc_evals.ann.peers`, `argument` its variant.

    `sweep` are search parameters from fast to exact for the curve, and `at` those of the named comparison (None:
    the point of the curve is chosen by recall). `on_disk` says that searches read files, so that a cold run means
    something. `slow` peers get shorter blocks.
    """

    sweep: tuple[Params, ...] = field(default=({},))
    at: Params | None = None
    on_disk: bool = False
    slow: bool = False

    def python(self, folder: Path) -> Path:
        """Return its environment's Python, or this one when there is none and this one has the packages."""
        if self.runs_here and not (folder / self.environment).exists():
            return Path(sys.executable)
        return Peer.python(self, folder)

    @property
    def runs_here(self) -> bool:
        """Whether this interpreter has the packages, in whatever version; the report says in which."""
        try:
            for package in self.packages:
                distribution(re.split(r"[=<>]", package)[0])
        except PackageNotFoundError:
            return False
        return not self.python_version
