"""Who is at a page when one of its events comes in."""

from __future__ import annotations

import gradio as gr

from pincite.ui.access import Person, Scope, person_of


def scope_of(request: gr.Request) -> Scope:
    """The ASGI scope of the request that brought an event; empty where none did."""
    # The functions that a component calls get Starlette's request itself, whatever they ask for.
    inner = request.request if isinstance(request, gr.Request) else request
    return {} if inner is None else inner.scope


def visitor(request: gr.Request) -> Person:
    """The person whose browser sent an event.

    Raises:
        AccessDeniedError: nobody has been let in with it.
    """
    return person_of(scope_of(request))
