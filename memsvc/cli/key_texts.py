"""`memsvc keys rebuild`: make the texts by which notes are found anew, after their rules have changed."""

from __future__ import annotations

from memsvc.cli import options
from memsvc.cli.connection import opened
from memsvc.cli.output import report
from memsvc.cli.scopes import All, One, Tenant, chosen_scopes

__all__ = ["rebuild"]


def rebuild(
    namespace: One = None,
    all_: All = False,
    tenant: Tenant = "local",
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Make the keys of notes anew where other rules made them (MEMSVC_KEYS, or another version of memsvc).

    What is stopped half-way goes on where it was.
    """
    from memsvc_evals.terminal import progress_bar

    done: dict[str, int] = {}
    with opened(data_dir) as app:
        for scope in chosen_scopes(app, namespace, tenant, everything=all_):
            name = f"{scope.tenant}/{scope.namespace}"
            with progress_bar(name, app.service.outdated_keys(scope)) as advance:
                done[name] = app.service.rebuild_keys(scope, on_note=advance)
    notes = sum(done.values())
    report({"rebuilt": done}, [f"keys of {notes} notes in {len(done)} namespaces rebuilt"], as_json=json)
