"""How a library takes over the passages and vectors of another one, all or none of them."""

from __future__ import annotations

from pincite.corpus.errors import UsageError
from pincite.corpus.store.seals import Execute, seal_document, seal_parts

_LACKS_ONE = """
    SELECT EXISTS (
        SELECT 1 FROM main.contents ours LEFT JOIN beside.contents theirs USING (document)
        WHERE theirs.document IS NULL OR theirs.sections != ours.sections
            OR theirs.regions != ours.regions
    )
"""
_VECTORS = """
    INSERT INTO main.vectors SELECT key, data, sum FROM beside.vectors WHERE key IN (
        SELECT key FROM beside.passages WHERE document IN (SELECT id FROM main.documents)
    )
"""
# Some warnings are about what the embedder can do with the text.
_WARNINGS = """
    UPDATE main.documents SET warnings = (
        SELECT theirs.warnings FROM beside.documents theirs WHERE theirs.id = documents.id
    )
"""
# In their order, so that neighbours in a document have neighbouring ids, none used before.
_PASSAGES = """
    INSERT INTO main.passages
        (document, start, end, sentences, path, columns, context, kind, hidden, key, text_sum)
    SELECT document, start, end, sentences, path, columns, context, kind, hidden, key, text_sum
    FROM beside.passages WHERE document IN (SELECT id FROM main.documents) ORDER BY id
"""


def refused_in_place(name: str) -> UsageError:
    """The error for a shared library, which a file on this machine cannot be attached to."""
    return UsageError(
        f"{name} is shared and takes no vectors of a library in a folder; embed it again with: "
        "pincite reembed"
    )


def replace_vectors(run: Execute, fingerprint: str) -> bool:
    """See `Library.replace_vectors`; the other library is attached as ``beside``."""
    if run(_LACKS_ONE).fetchone()[0]:
        return False
    run("DELETE FROM main.passages")
    run("DELETE FROM main.vectors")
    run(_VECTORS)
    run(_PASSAGES)
    run(_WARNINGS)
    for (id,) in run("SELECT id FROM main.documents").fetchall():
        seal_parts(run, id)
        seal_document(run, id)
    run("INSERT OR REPLACE INTO main.meta VALUES ('embedder', ?)", [fingerprint])
    run("UPDATE main.meta SET value = value + 1 WHERE key = 'generation'")
    return True
