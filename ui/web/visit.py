"""Who is at a page when one of its events comes in."""

from __future__ import annotations

import gradio as gr

from pincite.ui.access import Person, Scope, person_of


def scope_of(request: gr.Request) -> Scope:
    """The ASGI scope of the request that brought an event; empty where none did."""
    return {} if request.request is None else request.request.scope


def visitor(request: gr.Request) -> Person:
    """The person whose browser sent an event.

    Raises:
        AccessDeniedError: nobody has been let in with it.
    """
    return person_of(scope_of(request))
