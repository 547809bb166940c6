"""Which connection makes room for another, and which is too slow."""

from __future__ import annotations

from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from pincite.ui.server.connections import (
    BODY_S,
    LEAST,
    Connection,
    Connections,
    _Progress,
    most_connections,
)


class _Fake:
    """A connection without a socket."""

    def __init__(self, connections: Connections, address: str, at: float, is_idle: bool) -> None:
        self.address, self.idle_since, self.is_idle = address, at, is_idle
        self.is_open, self._connections = True, connections

    def cut(self) -> None:
        self.is_open = False
        self._connections.forget(cast(Connection, self))


@given(st.lists(st.tuples(st.sampled_from("abcp"), st.booleans()), max_size=60), st.integers(1, 12))
def test_there_are_never_more_than_fit_and_work_is_never_cut(
    arrivals: list[tuple[str, bool]], most: int
) -> None:
    connections = Connections(most, shared=("p",))
    made: list[_Fake] = []
    for at, (address, is_idle) in enumerate(arrivals):
        before = [one for one in made if one.is_open]
        new = _Fake(connections, address, at, is_idle)
        made.append(new)
        connections.admit(cast(Connection, new))
        still = [one for one in made if one.is_open]
        assert len(still) == len(connections) <= most
        for one in "abc":
            assert sum(each.address == one for each in still) <= connections.most_of_one
        assert all(one.is_open or one.is_idle for one in before)
        assert new.is_open or not [one for one in before if one.is_idle and one.address == address]


def test_the_idlest_of_the_largest_crowd_goes_first() -> None:
    connections = Connections(4, shared=("crowd",))
    crowd = [_Fake(connections, "crowd", at, True) for at in (5, 3, 4)]
    alone = _Fake(connections, "alone", 0, True)
    for one in (*crowd, alone, _Fake(connections, "new", 6, True)):
        connections.admit(cast(Connection, one))
    assert [one.is_open for one in (*crowd, alone)] == [True, False, True, True]


def test_progress_is_so_many_bytes_in_so_many_seconds() -> None:
    progress = _Progress(BODY_S)
    assert not progress.is_slow(0, True, 0)
    assert not progress.is_slow(BODY_S, True, LEAST)
    assert not progress.is_slow(2 * BODY_S, True, 2 * LEAST - 1)
    assert progress.is_slow(2 * BODY_S + 1, True, 2 * LEAST - 1)
    assert not progress.is_slow(2 * BODY_S + 2, False, 2 * LEAST - 1)
    assert not progress.is_slow(9 * BODY_S, True, 2 * LEAST - 1)


def test_there_is_room_for_some_connections() -> None:
    assert 8 <= most_connections() <= 2048
