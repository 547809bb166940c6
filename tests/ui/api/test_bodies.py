"""Bodies that come in at once: there is room for so many bytes, and always for a question."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from pincite.ui.api.bodies import FREE, BodyLimitMiddleware, Room

LARGEST = 10 * FREE
ROOM = 4 * FREE


def statuses_of(bodies: Sequence[tuple[str, int]]) -> tuple[list[int], int]:
    """What requests are answered with that are all there at once, by address and size, and how many
    bytes are kept in the meantime."""
    room = Room(ROOM)
    all_there = asyncio.Event()
    left, most = len(bodies), 0

    async def reads(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal left, most
        try:
            while (await receive())["more_body"]:
                pass
        finally:
            left, most = left - 1, max(most, room._taken.total())
            if not left:
                all_there.set()
        await all_there.wait()
        await send({"type": "http.response.start", "status": 200})

    async def status(address: str, size: int) -> int:
        parts = [min(FREE, size - start) for start in range(0, size, FREE)] or [0]
        messages = iter(
            {"type": "http.request", "body": bytes(part), "more_body": i + 1 < len(parts)}
            for i, part in enumerate(parts)
        )
        found = [0]

        async def receive() -> Message:
            await asyncio.sleep(0)
            return next(messages)

        async def send(message: Message) -> None:
            found[0] = message["status"]

        limited = BodyLimitMiddleware(reads, lambda scope: LARGEST, lambda scope: room)
        try:
            await limited({"type": "http", "headers": [], "client": (address, 1)}, receive, send)
        except HTTPException as error:
            return error.status_code
        return found[0]

    async def together() -> list[int]:
        return await asyncio.gather(*(status(*body) for body in bodies))

    statuses = asyncio.run(together())
    assert not room._taken
    return statuses, most


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 12 * FREE)), max_size=12))
def test_no_more_is_kept_than_there_is_room_for_and_a_question_is_never_refused(
    bodies: list[tuple[str, int]],
) -> None:
    statuses, most = statuses_of(bodies)
    assert most <= ROOM
    for (_, size), status in zip(bodies, statuses, strict=True):
        if size <= FREE:
            assert status == 200
        elif size > LARGEST:
            assert status in (413, 503)
        else:
            assert status in (200, 503)


def test_one_address_leaves_half_of_the_room_to_others() -> None:
    statuses, _ = statuses_of([("a", 3 * FREE)] * 3 + [("b", 3 * FREE)])
    assert sorted(statuses[:3]) == [200, 503, 503]
    assert statuses[3] == 200
