"""What a benchmark has the service derive from what it has remembered, as a policy asks for it."""

from __future__ import annotations

from dataclasses import dataclass

from memsvc.app import App
from memsvc.domain.jobs import AMEM_NOTE, CONSOLIDATE, GUARD_PROBE, LINK_NOTES, ORGANISE, THINK, JobStatus
from memsvc.domain.policies import Policy
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.errors import ServerFault

__all__ = ["DerivedWork"]

_KINDS = (GUARD_PROBE, LINK_NOTES, THINK, ORGANISE, AMEM_NOTE, CONSOLIDATE)
_UNFINISHED = (JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.FAILED)


@dataclass(frozen=True, slots=True)
class DerivedWork:
    """Puts the policy in force and does the jobs that it makes, in this process."""

    app: App
    policy: Policy
    actor: Actor

    @property
    def wanted(self) -> bool:
        return self.policy != Policy() or self.app.settings.guard.level != "off"

    def order(self, scope: Scope) -> None:
        """Have what is remembered from now on worked on."""
        if self.wanted:
            self.app.service.set_policy(scope, self.policy, actor=self.actor)

    def do(self, scope: Scope) -> None:
        """Do all of it; raises ServerFault unless each job is done."""
        if not self.wanted:
            return
        known = [kind for kind in _KINDS if kind in self.app.runner.kinds]
        self.app.runner.only(known).drain()
        for status in _UNFINISHED:
            for kind in known:
                if jobs := self.app.storage.jobs.list(scope.tenant, limit=1, status=status, kind=kind):
                    raise ServerFault(f"a job {kind} is {status}: {jobs[0].error or 'it was not run'}")
