"""Say what each form costs per million notes and simulate a layout of 10^9 notes.

Run from the repository root: OMP_NUM_THREADS=1 PYTHONPATH=.:stores python tools/simulate_scale.py [SCRATCH]
Every time comes from parts measured when it runs, except those of devices this machine does not have.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import fields
from pathlib import Path

import numpy as np

from tools.scale.forms import CLASSIC, FLAT, FORMS, PAGED, PAGED_MILLION
from tools.scale.parts import PAGES, ROWS, Parts, measure
from tools.scale.simulation import Device, Layout, simulate

NOTES = 1e9
QUERIES = 4000
TENANT = 100_000
MEANING = {
    "rotate": "rotation of the query",
    "scan": "scan of 65,536 codes",
    "pages": f"scan of {PAGES} scattered pages of 64 codes",
    "rows": f"copy and exact scores of {ROWS} rows",
    "graph": "64 nearest of 12,000 heads in the graph",
    "read": "one 4 KiB read past the page cache",
}

# Typical figures of makers and clouds, except for the first, which was measured on the reference machine.
DEVICES = (
    Device("this virtual disk", 38_000, 565e6, None),
    Device("data-centre NVMe", 1_000_000, 6e9, 80e-6),
    Device("network disk, 16k IOPS", 16_000, 1e9, 600e-6),
)


def parts_table(parts: Parts) -> str:
    rows = ["| part | p50 µs | p99 µs |", "|---|---|---|"]
    for part in fields(parts):
        p50, p99 = np.quantile(getattr(parts, part.name), [0.5, 0.99]) * 1e6
        rows.append(f"| {MEANING[part.name]} | {p50:.0f} | {p99:.0f} |")
    return "\n".join(rows)


def cost_table() -> str:
    head = "| form | RAM MB | disk MB | reads per query, cold | KB read | queries/s at 38k IOPS | recall@10 |"
    rows = [head, "|---|---|---|---|---|---|---|"]
    for form in FORMS:
        seconds = sum(n * max(1 / 38_000, 4096 * pages / 565e6) for n, pages in form.query.rounds)
        numbers = f"{form.ram:.1f} | {form.disk:.0f} | {form.reads()} | {form.kilobytes()} | {1 / seconds:.0f}"
        rows.append(f"| {form.name} | {numbers} | {form.query.recall} |")
    return "\n".join(rows)


def tenants_table(parts: Parts) -> str:
    """10^9 notes of tenants with 100,000 each; a query stays within its tenant's shard."""
    rows = [
        "| form | shards | RAM per shard, GB | disk per shard, GB | device | p50 ms | p99 ms, half busy |",
        "|---|---|---|---|---|---|---|",
    ]
    rng = np.random.default_rng(2)
    for form in (FLAT, PAGED, CLASSIC):
        layout = Layout(NOTES, 16, every_shard=False, hit=0.0)
        gigabytes = [each * layout.per_shard / 1e9 for each in (form.ram, form.disk)]
        for device in DEVICES:
            idle, busy = (
                simulate(form, parts, device, layout, notes_searched=TENANT, load=load, queries=QUERIES, rng=rng)
                for load in (0.0, 0.5)
            )
            p50, p99 = 1e3 * np.median(idle), 1e3 * np.quantile(busy, 0.99)
            memory, disk = gigabytes
            numbers = f"{memory:.2f} | {disk:.0f} | {device.name} | {p50:.2f} | {p99:.2f}"
            rows.append(f"| {form.name} | {layout.shards} | {numbers} |")
    return "\n".join(rows)


def one_namespace_table(parts: Parts) -> str:
    """10^9 notes of one namespace; every query asks every shard."""
    rows = [
        "| form | shards | RAM per shard, GB | device | p50 ms | p99 ms, half busy |",
        "|---|---|---|---|---|---|",
    ]
    rng = np.random.default_rng(3)
    for form in (PAGED_MILLION, CLASSIC, FLAT):
        for shards in (8, 64):
            layout = Layout(NOTES, shards, every_shard=True, hit=0.0)
            for device in DEVICES[:2]:
                idle, busy = (
                    simulate(
                        form,
                        parts,
                        device,
                        layout,
                        notes_searched=layout.per_shard,
                        load=load,
                        queries=QUERIES,
                        rng=rng,
                    )
                    for load in (0.0, 0.5)
                )
                p50, p99 = 1e3 * np.median(idle), 1e3 * np.quantile(busy, 0.99)
                memory = form.ram * layout.per_shard / 1e9
                rows.append(f"| {form.name} | {shards} | {memory:.2f} | {device.name} | {p50:.2f} | {p99:.2f} |")
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scratch", type=Path, nargs="?", default=Path(tempfile.gettempdir()))
    parts = measure(parser.parse_args().scratch)
    print("Parts, measured:", parts_table(parts), sep="\n\n")
    print("\nPer million notes:", cost_table(), sep="\n\n")
    print("\n10^9 notes of tenants with 100,000 each:", tenants_table(parts), sep="\n\n")
    print("\n10^9 notes in one namespace:", one_namespace_table(parts), sep="\n\n")


if __name__ == "__main__":
    main()
