"""What the guard works with: its model, loaded once per process, and its jobs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from pathlib import Path

from memsvc.domain.jobs import GUARD_PROBE, GUARD_SCAN
from memsvc.domain.policies import GuardLevel
from memsvc.guard.model_file import PACKAGED, GuardModel, load_model
from memsvc.jobs.running import Handler
from memsvc.memory.context import Context
from memsvc.memory.guarding.probing import probe_job
from memsvc.memory.guarding.scan_jobs import scan_job
from memsvc.memory.guarding.tools import GuardTools
from memsvc.settings import GuardSettings
from memsvc_agents.embed.token_reader import packaged_token_reader

__all__ = ["guard_handlers", "guard_tools"]

_MODELS_KEPT = 4


def guard_tools(settings: GuardSettings) -> GuardTools:
    """Return the guard's tools; the model is read when it is first needed, so a service starts without it."""
    path = PACKAGED if settings.model is None else settings.model
    return GuardTools(partial(_model, path), GuardLevel(settings.level), packaged_token_reader)


def guard_handlers(context: Context) -> Mapping[str, Handler]:
    """Return what is done for the jobs that probe new notes, and scan old ones."""
    return {GUARD_PROBE: partial(probe_job, context), GUARD_SCAN: partial(scan_job, context)}


def _model(path: Path) -> GuardModel:
    """Return the model of a file, read again only when the file has changed; raises GuardModelError."""
    try:
        stat = path.stat()
    except OSError:
        return load_model(path)
    return _loaded(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=_MODELS_KEPT)
def _loaded(path: Path, _changed: int, _size: int) -> GuardModel:
    return load_model(path)
