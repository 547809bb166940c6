"""The command: ``python -m tests.torture [--part NAME]… [--short] [--seed N] [--json FILE]``."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from tests.torture.parts import ABOUT, PARTS
from tests.torture.rows import load, page, table, taken_in

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"


def main(arguments: list[str] | None = None) -> int:
    """Do the parts that are named, or all; 1 where there are faults."""
    options = _options(arguments)
    rows = []
    for name in options.part or [n for n, p in PARTS.items() if p.short or not options.short]:
        part = PARTS[name]
        count = options.count or (part.short if options.short else part.full)
        print(f"{name} …", file=sys.stderr, flush=True)  # noqa: T201
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix=f"torture-{name}-") as folder:
            made = part.run(Path(folder), count, options.seed)
        rows += made
        facts = {
            "seed": options.seed,
            "count": count,
            "full": part.full,
            "seconds": round(time.monotonic() - began),
            "processors": os.cpu_count(),
            "date": datetime.now(UTC).date().isoformat(),
        }
        if options.json:
            results = taken_in(load(options.json), name, made, facts)
            options.json.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
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
    parser.add_argument("--seed", type=int, default=1, help="of all chance")
    parser.add_argument("--json", type=Path, help="take the results into this file")
    parser.add_argument("--page", action="store_true", help="make docs/reliability.md anew")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
