"""The peers made for indexes on disk."""

from __future__ import annotations

from memsvc_evals.ann.peer import AnnPeer

__all__ = ["DISK_PEERS"]


def _diskannpy(name: str, cached: str) -> AnnPeer:
    """Return DiskANN with so many nodes of its graph in memory."""
    return AnnPeer(
        name=name,
        module="diskannpy_",
        environment="ann-diskannpy",
        packages=("diskannpy==0.7.0", "numpy==1.25.0"),
        argument=cached,
        sweep=tuple({"L": length, "W": 1 if length <= 20 else 2} for length in (10, 20, 32, 48, 64, 128)),
        at={"L": 32, "W": 2},
        on_disk=True,
        slow=True,
    )


_SPTAG = AnnPeer(
    name="sptag-spann",
    module="sptag_",
    environment="ann-sptag",
    packages=("sptag==1.6.8", "numpy<2"),
    python_version="3.9",  # the wheel is for no other
    sweep=tuple({"lists": lists, "checks": 64 * lists} for lists in (8, 16, 32, 64, 128)),
    at={"lists": 64, "checks": 4096},
    on_disk=True,
    slow=True,
)


DISK_PEERS: tuple[AnnPeer, ...] = (
    _diskannpy("diskannpy", "0"),
    _diskannpy("diskannpy-cached", "10000"),
    _SPTAG,
)
