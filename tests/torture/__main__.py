"""The command: ``python -m tests.torture [--part NAME]… [--short] [--workers N] [--json FILE]``."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path

from tests.torture.parts import ABOUT, PARTS, done
from tests.torture.rows import Row, load, page, table, taken_in

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"


def main(arguments: list[str] | None = None) -> int:
    """Do the parts that are named, or all; 1 where there are faults."""
    options = _options(arguments)
    names = options.part or [n for n, p in PARTS.items() if p.short or not options.short]
    counts = {
        name: options.count or (PARTS[name].short if options.short else PARTS[name].full)
        for name in names
    }
    made: dict[str, list[Row]] = {}
    # A process for each part: one that ends badly takes no other with it, and memory is its own.
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.workers, fresh, max_tasks_per_child=1) as pool:
        longest_first = sorted(names, key=lambda name: -PARTS[name].minutes)
        waiting = {
            pool.submit(done, name, counts[name], options.seed): name for name in longest_first
        }
        for future in as_completed(waiting):
            name = waiting[future]
            made[name], facts = future.result()
            print(f"{name}: {facts['seconds']} seconds", file=sys.stderr, flush=True)  # noqa: T201
            if options.json:
                results = taken_in(load(options.json), name, made[name], facts)
                results["parts"] = {n: results["parts"][n] for n in PARTS if n in results["parts"]}
                options.json.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    rows = [row for name in names for row in made[name]]
    if options.page:
        PAGE.write_text(page(load(PAGE.with_suffix(".json")), ABOUT), "utf-8")
    print(table([asdict(row) for row in rows]))  # noqa: T201
    for row in rows:
        for fault in row.examples:
            print(f"{row.what}: {fault}", file=sys.stderr)  # noqa: T201
    return int(any(row.faults for row in rows))


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--part", action="append", choices=list(PARTS), help="only this part")
    parser.add_argument("--short", action="store_true", help="the counts of make test")
    parser.add_argument("--count", type=int, help="so often, or so many seconds, instead")
    parser.add_argument("--workers", type=int, default=1, help="parts that run at once")
    parser.add_argument("--seed", type=int, default=1, help="of all chance")
    parser.add_argument("--json", type=Path, help="take the results into this file")
    parser.add_argument("--page", action="store_true", help="make docs/reliability.md anew")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
