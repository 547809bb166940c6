"""The page ``docs/scale.md``: what a shared library takes at sizes that were not measured.

Straight lines through the two largest sizes that were, and for the time of a search a power of the
size: so it is worked out, and the page says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pincite.corpus.errors import UsageError
from pincite.eval.report.markdown import table

Figures = Mapping[str, Any]

SIZES = (10**6, 10**8, 10**9)  # passages
_MACHINE_CORES = 32
_DAY_H = 24
_GIB = 1024  # MiB

# Where a person would say that it no longer works on one machine: a limit, and its name.
_MOST_MEMORY_MIB = 64 * _GIB
_MOST_OPENING_S = 60.0
_MOST_SEARCH_MS = 1000.0
_MOST_ADDING_S = 60.0
_MOST_BUILDING_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Prices:
    """What machines and storage cost, in one currency."""

    core_hour: float
    gb_month: float


@dataclass(frozen=True, slots=True)
class Costs:
    """How each cost depends on the number of passages.

    Attributes:
        embed_cpu_s: of reading, cutting and embedding one passage.
        put_cpu_s: of storing so many.
        build_cpu_s: of building their indexes.
        add_cpu_s: of adding one document.
        open_cpu_s: of opening.
        search_ms: of a search, of the processor.
        ask_cpu_ms: of a whole question.
        memory_mib: of a server.
        disk_mb: of the store.
    """

    embed_cpu_s: float
    put_cpu_s: Callable[[float], float]
    build_cpu_s: Callable[[float], float]
    add_cpu_s: Callable[[float], float]
    open_cpu_s: Callable[[float], float]
    search_ms: Callable[[float], float]
    ask_cpu_ms: Callable[[float], float]
    memory_mib: Callable[[float], float]
    disk_mb: Callable[[float], float]


def costs_of(figures: Figures) -> Costs:
    """The costs as the benchmarks measured them.

    Raises:
        UsageError: one of the two benchmarks is missing, or had one size only.
    """
    try:
        peers = figures["peers"]["figures"]
        sizes = shared_sizes(figures)
        (own,) = (peer for peer in peers["peers"] if peer["name"] == "Pincite")
        embed = peers["characters"] / own["characters_a_cpu_s"] / own["pieces"]
        before, last = sizes[-2:]
    except (KeyError, ValueError, IndexError, TypeError) as error:
        raise UsageError(
            "the figures lack what the page of scale is worked out from; take in those of "
            "pincite eval bench-peers, and of pincite eval bench-shared at two sizes or more, with "
            "pincite eval performance"
        ) from error

    def line(name: str) -> Callable[[float], float]:
        return _line(_point(before, name), _point(last, name))

    search = _power(_point(before, "search_p50_cpu_ms"), _point(last, "search_p50_cpu_ms"))
    rest = max(0.0, last["ask_p50_cpu_ms"] - last["search_p50_cpu_ms"])
    return Costs(
        embed_cpu_s=embed,
        put_cpu_s=line("put_cpu_s"),
        build_cpu_s=line("publish_cpu_s"),
        add_cpu_s=line("add_cpu_s"),
        open_cpu_s=line("open_cpu_s"),
        search_ms=search,
        ask_cpu_ms=lambda passages: rest + search(passages),
        memory_mib=line("memory_mib"),
        disk_mb=line("disk_mb"),
    )


def shared_sizes(figures: Figures, kind: str = "shared") -> list[Mapping[str, Any]]:
    """What was measured of one kind of store, the smallest size first."""
    rows = figures["shared"]["figures"]["shared"]
    return sorted((row for row in rows if row["kind"] == kind), key=lambda row: row["passages"])


def page(figures: Figures, prices: Prices) -> str:
    """The page as Markdown.

    Raises:
        UsageError: as `costs_of`.
    """
    costs = costs_of(figures)
    largest = shared_sizes(figures)[-1]["passages"]
    return "\n".join(
        [
            _HEAD.format(largest=largest, measured=figures["shared"]["measured"]),
            "## One passage",
            "",
            *table(("what", "how much"), _a_passage(costs)),
            "",
            "## A million, a hundred million, a billion",
            "",
            f"Money at {prices.core_hour:g} for an hour of a core and {prices.gb_month:g} for a GB "
            "and month of an object store; put your own prices in with `--core-hour` and "
            "`--gb-month`. What is above the size that was measured is worked out.",
            "",
            *table(("", *(f"{size:,}" for size in SIZES)), _at_sizes(costs, prices)),
            "",
            "## What breaks first",
            "",
            "Sizes at which a limit is met, the first to be met on top, on one machine that serves "
            "or writes as today:",
            "",
            *table(("limit", "met at so many passages"), _limits(costs)),
            "",
        ]
    )


def _a_passage(costs: Costs) -> list[list[str]]:
    many = 10**6

    def each(cost: Callable[[float], float], factor: float, form: str) -> str:
        return _known(form, (cost(2 * many) - cost(many)) / many * factor)

    return [
        ["read, cut and embed, CPU ms", f"{costs.embed_cpu_s * 1000:.1f}"],
        ["store, CPU ms", each(costs.put_cpu_s, 1000, "{:.2f}")],
        ["build the indexes, CPU ms", each(costs.build_cpu_s, 1000, "{:.2f}")],
        ["disk, bytes", each(costs.disk_mb, 1e6, "{:,.0f}")],
        ["memory of a server, bytes", each(costs.memory_mib, 1024**2, "{:,.0f}")],
    ]


def _known(form: str, value: float) -> str:
    return "not known" if math.isnan(value) else form.format(value)


def _at_sizes(costs: Costs, prices: Prices) -> list[list[str]]:
    def row(name: str, form: str, value: Callable[[int], float]) -> list[str]:
        return [name, *(_known(form, value(size)) for size in SIZES)]

    def embedding_h(size: int) -> float:
        return costs.embed_cpu_s * size / 3600

    def storing_h(size: int) -> float:
        return costs.put_cpu_s(size) / 3600

    def building_h(size: int) -> float:
        return costs.build_cpu_s(size) / 3600

    def questions(size: int) -> float:
        return 1000 / costs.ask_cpu_ms(size)

    return [
        row("read, cut and embed, core hours", "{:,.0f}", embedding_h),
        row(
            f"… in days, by one worker on each core of a machine of {_MACHINE_CORES}",
            "{:,.2f}",
            lambda size: embedding_h(size) / _MACHINE_CORES / _DAY_H,
        ),
        row("… money", "{:,.2f}", lambda size: embedding_h(size) * prices.core_hour),
        row("store, core hours", "{:,.1f}", storing_h),
        row("build the indexes, core hours", "{:,.1f}", building_h),
        row("disk, GB", "{:,.0f}", lambda size: costs.disk_mb(size) / 1000),
        row("… money a month", "{:,.2f}", lambda s: costs.disk_mb(s) / 1000 * prices.gb_month),
        row("memory of a server, GiB", "{:,.1f}", lambda size: costs.memory_mib(size) / _GIB),
        row("open the library, CPU s", "{:,.1f}", costs.open_cpu_s),
        row("search, CPU ms", "{:,.0f}", costs.search_ms),
        row("questions a second, a core", "{:,.2f}", questions),
        row("… money for a million questions", "{:,.0f}", lambda s: _million(questions(s), prices)),
        row("add one document, CPU s", "{:,.1f}", costs.add_cpu_s),
    ]


def _million(questions_a_second: float, prices: Prices) -> float:
    """The price of a million questions."""
    return 1e6 / questions_a_second / 3600 * prices.core_hour


def _limits(costs: Costs) -> list[list[str]]:
    hours = f"{_MOST_BUILDING_S / 3600:.0f} h"
    memory = f"a server takes {_MOST_MEMORY_MIB // _GIB} GiB of memory"
    limits = [
        (memory, costs.memory_mib, _MOST_MEMORY_MIB),
        (f"opening takes {_MOST_OPENING_S:.0f} CPU s", costs.open_cpu_s, _MOST_OPENING_S),
        (f"a search takes {_MOST_SEARCH_MS / 1000:g} CPU s", costs.search_ms, _MOST_SEARCH_MS),
        (f"adding a document takes {_MOST_ADDING_S:.0f} CPU s", costs.add_cpu_s, _MOST_ADDING_S),
        (
            f"one process stores for {hours}; the workers of a cluster share it",
            costs.put_cpu_s,
            _MOST_BUILDING_S,
        ),
        (f"one process builds for {hours}", costs.build_cpu_s, _MOST_BUILDING_S),
    ]
    known = [one for one in limits if not math.isnan(one[1](SIZES[-1]))]
    met = sorted((_met_at(cost, limit), name) for name, cost, limit in known)
    rows = [[name, "never" if math.isinf(at) else f"{_rounded(at):,}"] for at, name in met]
    return [*rows, *([name, "not known"] for name, *_ in limits if (name, *_) not in known)]


def _met_at(cost: Callable[[float], float], limit: float) -> float:
    """The size at which a cost, which grows with it, reaches a limit."""
    low, high = 1.0, 1e15
    if cost(high) < limit:
        return math.inf
    while high / low > 1.001:
        middle = math.sqrt(low * high)
        low, high = (middle, high) if cost(middle) < limit else (low, middle)
    return high


def _rounded(number: float) -> int:
    """To two digits: no more of it is known."""
    digits: int = max(0, math.floor(math.log10(number)) - 1)
    return int(round(number / 10**digits) * 10**digits)


def _point(row: Mapping[str, Any], name: str) -> tuple[float, float]:
    return float(row["passages"]), float(row[name])


def _line(a: tuple[float, float], b: tuple[float, float]) -> Callable[[float], float]:
    """The straight line through two points; of one that falls, nothing is known beyond them.

    >>> _line((1, 2), (3, 6))(10), _line((1, 6), (3, 2))(10)
    (20.0, nan)
    """
    slope = (b[1] - a[1]) / (b[0] - a[0])
    return lambda x: math.nan if slope < 0 < x - b[0] else b[1] + slope * (x - b[0])


def _power(a: tuple[float, float], b: tuple[float, float]) -> Callable[[float], float]:
    """The power of x through two points, not falling.

    >>> _power((1, 2), (100, 20))(10_000)
    200.0
    """
    exponent = max(0.0, math.log(b[1] / a[1]) / math.log(b[0] / a[0]))
    return lambda x: b[1] * float((x / b[0]) ** exponent)


_HEAD = """# Scale

<!-- Made by `pincite eval scale` from performance.json; edit scale_page.py instead. -->

What a [shared library](shared.md) takes when it is large. Measured on {measured} up to
{largest:,} passages ([performance.md](performance.md)); beyond that nothing was measured. Time to
open, to add, to store and to build, memory and disk go on along the straight line through the two
largest sizes, and the time of a search as a power of the size; where a figure fell from one to the
other, nothing is known of larger ones. Times are of the processor. Vectors have an index from
100,000 passages on, so that a step to there is also one to another way of searching. A line that
was measured over one step of ten says little of a step of ten thousand: read the last column as
the order of a number.
"""
