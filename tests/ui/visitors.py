"""People who come in, for tests: their accounts, and what a page hears of them."""

from __future__ import annotations

import base64

import gradio as gr
from fastapi import Request

from pincite.ui.access import EVERYBODY, Person, Role, admit
from pincite.ui.server.passwords import hashed_token
from pincite.ui.server.people import Account

PASSWORD = "correct horse: battery"
# Always the same one, so that the names of tests that have it are, too.
HASH = "scrypt$16384$8$1$B02JLfeBpAMmiJ8xKDvI1w==$nxDl4ogtLrDiXlH5ZE+Fr/cRxSr2PGwZo6BqrJpjizc="


def account(name: str, role: Role = "admin", *tags: str, token: str | None = None) -> Account:
    """The account of a person who comes in with ``PASSWORD``, and ``token`` where there is one."""
    tokens = (hashed_token(token),) if token else ()
    return Account(Person(name, role, frozenset(tags) or None), HASH, tokens)


def basic(name: str, password: str = PASSWORD) -> dict[str, str]:
    """The header with which a browser sends a name and a password."""
    value = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"authorization": f"Basic {value}"}


def visit_of(person: Person = EVERYBODY) -> gr.Request:
    """What an event of a page hears of the person at it."""
    return gr.Request(Request(admit({"type": "http", "headers": []}, person)))
