"""The parts of the torture, in the order of the page."""

from __future__ import annotations

from tests.torture import deletion, disks, flips, kills, network, tenants
from tests.torture.rows import Part

PARTS = {
    part.name: part
    for part in (
        Part("kills", kills.run, 1000, 10),
        Part("flips", flips.run, 10_000, 30),
        Part("disks", disks.run, 100, 4),
        Part("tenants", tenants.run, 2000, 44),
        Part("deletion", deletion.run, 1000, 30),
        Part("network", network.run, 4, 0),
    )
}
ABOUT = dict.fromkeys(PARTS, "")
