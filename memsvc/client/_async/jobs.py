"""Methods for background jobs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Unpack

from memsvc.client import _jobs as calls
from memsvc.client._async.core import Core
from memsvc.client._options import JobOptions
from memsvc.errors import NoAnswer
from memsvc.wire import Job

__all__ = ["Jobs"]

_ENDED = ("done", "failed", "cancelled")
_FIRST_WAIT, _LONGEST_WAIT = 0.05, 2.0


class Jobs(Core):
    """List, read, cancel, retry, wait for."""

    async def jobs(self, *, page_size: int = 100, **options: Unpack[JobOptions]) -> AsyncIterator[Job]:
        """Yield background work of the key's tenant, newest first, fetched page by page."""
        cursor: str | None = None
        while True:
            page = await self._do(calls.jobs(options, limit=page_size, cursor=cursor))
            for item in page.items:
                yield item
            if (cursor := page.next) is None:
                return

    async def job(self, job: str) -> Job:
        """Return a job; raises NotFound."""
        return await self._do(calls.job(job))

    async def cancel_job(self, job: str) -> Job:
        """Call off a queued or running job; raises NotFound, and Conflict when it has ended."""
        return await self._do(calls.cancel_job(job))

    async def retry_job(self, job: str) -> Job:
        """Queue a failed or cancelled job again; raises NotFound, and Conflict when it is neither."""
        return await self._do(calls.retry_job(job))

    async def wait_for_job(self, job: str, *, seconds: float = 60.0) -> Job:
        """Return the job once it is done, failed or cancelled; look at its status.

        Asks again after waits that grow to 2 s. Raises NotFound, and NoAnswer when it has not ended after waits
        of `seconds` in all; the job goes on then.
        """
        waited, wait = 0.0, _FIRST_WAIT
        while True:
            found = await self.job(job)
            if found.status in _ENDED:
                return found
            if waited >= seconds:
                raise NoAnswer(f"job {job} is still {found.status} after {seconds:g} s; it goes on")
            wait = min(wait, seconds - waited)
            await self._line.effects.sleep(wait)
            waited, wait = waited + wait, min(2 * wait, _LONGEST_WAIT)
