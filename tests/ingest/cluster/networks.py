"""A network of machines made here, each in a namespace of its own, any of which can be cut off."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from tests.conftest import MADE_HERE

_NET = "10.77.41"
_BRIDGE = "pincite0"


def can_be_made() -> bool:
    """Whether this machine lets us make namespaces."""
    if os.geteuid() != 0 or not shutil.which("ip"):
        return False
    made = subprocess.run(["ip", "netns", "add", "pincite-try"], capture_output=True)
    subprocess.run(["ip", "netns", "del", "pincite-try"], capture_output=True)
    return made.returncode == 0


class Network:
    """Machines on one cable: the host's end has the address ``.1``, the others follow."""

    def __init__(self, *names: str) -> None:
        self.addresses = {name: f"{_NET}.{number}" for number, name in enumerate(names, 2)}

    def __enter__(self) -> Self:
        self._remove()
        MADE_HERE.update(self.addresses.values())
        _ip("link", "add", _BRIDGE, "type", "bridge")
        _ip("addr", "add", f"{_NET}.1/24", "dev", _BRIDGE)
        _ip("link", "set", _BRIDGE, "up")
        for name, address in self.addresses.items():
            space, cable = _space(name), _cable(name)
            _ip("netns", "add", space)
            _ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", space)
            _ip("link", "set", cable, "master", _BRIDGE, "up")
            _ip("-n", space, "addr", "add", f"{address}/24", "dev", "eth0")
            _ip("-n", space, "link", "set", "eth0", "up")
            _ip("-n", space, "link", "set", "lo", "up")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._remove()
        MADE_HERE.clear()

    def on(self, name: str, command: Sequence[str]) -> list[str]:
        """The command that runs another one on a machine."""
        return ["ip", "netns", "exec", _space(name), *command]

    def cut(self, name: str) -> None:
        """Pull a machine's cable: nothing it sends arrives, and nobody tells it so."""
        _ip("link", "set", _cable(name), "nomaster")

    def mend(self, name: str) -> None:
        """Put the cable back."""
        _ip("link", "set", _cable(name), "master", _BRIDGE)

    def _remove(self) -> None:
        for name in self.addresses:
            subprocess.run(["ip", "netns", "del", _space(name)], capture_output=True)
            subprocess.run(["ip", "link", "del", _cable(name)], capture_output=True)
        subprocess.run(["ip", "link", "del", _BRIDGE], capture_output=True)


def _space(name: str) -> str:
    return f"pincite-{name}"


def _cable(name: str) -> str:
    return f"pc-{name}"[:15]


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
