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
    Waiting,
    _Progress,
    most_connections,
)


class _Fake:
    """A connection without a socket."""

    def __init__(
        self, connections: Connections, address: str, at: float, waiting: Waiting | None
    ) -> None:
        self.address = address
        self.waits = None if waiting is None else (waiting, at)
        self.is_open, self._connections = True, connections

    def cut(self) -> None:
        self.is_open = False
        self._connections.forget(cast(Connection, self))


@given(
    st.lists(st.tuples(st.sampled_from("abcp"), st.sampled_from([*Waiting, None])), max_size=60),
    st.integers(1, 12),
)
def test_there_are_never_more_than_fit_and_work_is_never_cut(
    arrivals: list[tuple[str, Waiting | None]], most: int
) -> None:
    connections = Connections(most, shared=("p",))
    made: list[_Fake] = []
    for at, (address, waiting) in enumerate(arrivals):
        before = [one for one in made if one.is_open]
        new = _Fake(connections, address, at, waiting)
        made.append(new)
        connections.admit(cast(Connection, new))
        still = [one for one in made if one.is_open]
        assert len(still) == len(connections) <= most
        for one in "abc":
            assert sum(each.address == one for each in still) <= connections.most_of_one
        assert all(one.is_open or one.waits for one in before)
        assert new.is_open or not [one for one in before if one.waits and one.address == address]


def test_the_idlest_of_the_largest_crowd_goes_first() -> None:
    connections = Connections(4, shared=("crowd",))
    crowd = [_Fake(connections, "crowd", at, Waiting.REQUEST) for at in (5, 3, 4)]
    alone = _Fake(connections, "alone", 0, Waiting.REQUEST)
    for one in (*crowd, alone, _Fake(connections, "new", 6, Waiting.REQUEST)):
        connections.admit(cast(Connection, one))
    assert [one.is_open for one in (*crowd, alone)] == [True, False, True, True]


def test_who_sends_slowly_goes_before_an_open_page_and_after_who_asks_nothing() -> None:
    connections = Connections(3, shared=("a",))
    kinds = (Waiting.MORE_TO_SAY, Waiting.OTHER_SIDE, Waiting.REQUEST)
    made = [_Fake(connections, "a", at, kind) for at, kind in enumerate(kinds)]
    for one in (*made, *(_Fake(connections, "a", at, None) for at in (4, 5, 6))):
        connections.admit(cast(Connection, one))
        went = [each.waits[0] for each in made if not each.is_open and each.waits]
        assert went == sorted(went, reverse=True)
        assert sorted(went) == sorted(Waiting)[: len(went)]
    assert not [one for one in made if one.is_open]


def test_a_network_of_ipv6_counts_as_one() -> None:
    connections = Connections(4)
    for at in range(6):
        one = _Fake(connections, f"2001:db8::{at}", at, Waiting.OTHER_SIDE)
        connections.admit(cast(Connection, one))
    assert len(connections) == connections.most_of_one == 2


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
