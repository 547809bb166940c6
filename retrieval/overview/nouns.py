"""Words for documents: "handbook", "mail", "powerpoint", and what kind of file each one means."""

from __future__ import annotations

from collections.abc import Mapping

from pincite.retrieval.search.vocabulary import edit_distance

# What a word for a kind of file looks for in the media type.
_FILE_KINDS: Mapping[str, tuple[str, ...]] = {
    words: parts
    for names, parts in {
        "powerpoint powerpoints presentation presentations slide slides slideshow deck ppt pptx "
        "präsentation präsentationen folien présentation présentations diapositives "
        "presentación presentaciones diapositivas": ("presentation", "powerpoint"),
        "sheet sheets spreadsheet spreadsheets excel xls xlsx workbook csv tabelle tabellen "
        "tableur hoja": ("spreadsheet", "excel", "csv"),
        "mail mails email emails e-mail e-mails message messages thread correspondence nachricht "
        "nachrichten courriel courriels correo correos": ("rfc822", "mbox"),
        "photo photos picture pictures image images screenshot foto fotos bild bilder": ("image/",),
        "page pages webpage website site webseite seite": ("html",),
        "pdf pdfs": ("pdf",),
        "word docx": ("wordprocessing", "msword", "opendocument.text"),
        "calendar kalender calendrier calendario": ("calendar",),
        "ebook epub": ("epub",),
    }.items()
    for words in names.split()
}
# Documents by their content: a file is told by its name, its title or its headings, in any of the
# words of a line.
_SAME = (
    "handbook manual guide guidebook handbuch leitfaden manuel guía",
    "policy policies richtlinie politique política",
    "minutes protokoll protocol",
    "letter letters brief schreiben lettre carta",
    "scan scans scanned",
    "invoice bill rechnung facture factura lieferschein",
    "newsletter bulletin rundbrief",
    "rota roster schedule dienstplan",
    "report reports bericht rapport informe",
    "leaflet brochure flyer merkblatt",
    "contract agreement lease vertrag contrat contrato",
    "agenda tagesordnung",
    "form formular formulaire formulario",
    "readme howto how-to instructions anleitung",
    "offer quote quotation angebot",
    "post-mortem postmortem",
    "questionnaire fragebogen",
    "certificate bescheinigung zertifikat",
    "note notes notizen",
    "log logbook export",
    "article essay thesis artikel",
    "menu pricelist list liste",
    "memo circular notice",
    "book chapter buch livre libro",
    "release changelog",
    "transcript",
)
_CONTENT_KINDS = {word: tuple(line.split()) for line in _SAME for word in line.split()}
# Any document at all.
GENERIC = frozenset(
    {
        *("document", "documents", "doc", "docs", "file", "files", "text", "texts", "paper"),
        *("papers", "folder", "library", "collection", "archive", "source", "sources"),
        *("dokument", "dokumente", "datei", "dateien", "unterlagen", "texte", "ordner"),
        *("fichier", "fichiers", "documento", "documentos", "archivo", "archivos"),
        *("fichero", "ficheros"),
    }
)
_FUZZY_FROM = 6  # letters of a noun that is still told with one wrong: "handbok"


def noun(word: str) -> str | None:
    """The word for a document that ``word``, in small letters, is or is a misspelling of."""
    if word in _FILE_KINDS or word in _CONTENT_KINDS or word in GENERIC:
        return word
    if len(word) < _FUZZY_FROM:
        return None
    near = (
        known
        for known in (*_FILE_KINDS, *_CONTENT_KINDS)
        if len(known) >= _FUZZY_FROM and edit_distance(word, known, 1) == 1
    )
    return next(near, None)


def names_file_kind(word: str) -> bool:
    """Whether the word is for a kind of file, as "powerpoint" is and "handbook" is not."""
    return word in _FILE_KINDS


def is_of_kind(word: str, media_type: str) -> bool:
    """Whether a file of this media type is what the word is for."""
    return any(part in media_type for part in _FILE_KINDS.get(word, ()))


def synonyms(word: str) -> tuple[str, ...]:
    """Words that a document may have in its name instead, itself included."""
    return _CONTENT_KINDS.get(word, (word,))
