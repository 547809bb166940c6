"""The page that describes the interface, drawn from its own OpenAPI document.

Ours, because the usual ones fetch their scripts from elsewhere.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from typing import Any

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font: 0.9em ui-monospace, monospace; }
pre { overflow-x: auto; padding: 0.75rem; border: 1px solid #8886; border-radius: 6px; }
section { border-top: 1px solid #8886; padding-top: 0.5rem; margin-top: 1.5rem; }
.verb { font-weight: 700; text-transform: uppercase; }
td { padding: 0.2rem 1rem 0.2rem 0; vertical-align: top; }
"""


def reference(document: Mapping[str, Any], prefix: str) -> str:
    """The page for an OpenAPI ``document`` whose paths stand under ``prefix``."""
    title = html.escape(document["info"]["title"])
    operations = "".join(
        _operation(verb, f"{prefix}{path}", operation, document)
        for path, verbs in document["paths"].items()
        for verb, operation in verbs.items()
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}: the interface</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{title}</h1>"
        f"<p>{html.escape(document['info'].get('summary', ''))} Failures are problem details "
        f'(RFC 9457). <a href="{prefix}/openapi.json">The OpenAPI document.</a></p>'
        f"{operations}</main></body></html>"
    )


def _operation(
    verb: str, path: str, operation: Mapping[str, Any], document: Mapping[str, Any]
) -> str:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    sent = _sent(_resolved(body["schema"], document)) if body else ""
    statuses = "".join(
        f"<tr><td><code>{status}</code></td><td>{html.escape(answer['description'])}</td></tr>"
        for status, answer in sorted(operation["responses"].items())
    )
    said = html.escape(operation.get("description", ""))
    return (
        f'<section><h2><span class="verb">{html.escape(verb)}</span> '
        f"<code>{html.escape(path)}</code></h2><p>{said}</p>{sent}<table>{statuses}</table></section>"
    )


def _sent(schema: Mapping[str, Any]) -> str:
    fields = "".join(
        f"<tr><td><code>{html.escape(name)}</code></td>"
        f"<td>{'needed' if name in schema.get('required', ()) else 'may be left out'}</td>"
        f"<td>{html.escape(field.get('description', ''))}</td></tr>"
        for name, field in schema["properties"].items()
    )
    example = {
        name: field["examples"][0]
        for name, field in schema["properties"].items()
        if field.get("examples", [None])[0] is not None
    }
    return f"<table>{fields}</table><pre>{html.escape(json.dumps(example, indent=2))}</pre>"


def _resolved(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    found: Mapping[str, Any] = document["components"]["schemas"][name] if name else schema
    return found
