"""Which questions are about the documents themselves, told by the form of the whole question.

Surface patterns, most of them English. Each must fit the question from its first word to its last,
so that "what does the policy cover on vets" is an ordinary question.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from pincite.retrieval.overview.nouns import GENERIC, names_file_kind, noun

Kind = Literal["about", "list"]
# How much the words for the document must be: any that name one, or a word for a document, too
# ("what does the handbook cover", never "what does the physio cover").
Strictness = Literal["name", "noun", "file"]


@dataclass(frozen=True, slots=True)
class Overview:
    """A question about documents.

    Attributes:
        kind: what one is ``about``, or the ``list`` of those there are.
        subject: the words for the document, "" for all of them.
        strictness: ``noun``: the subject has a word for a document; ``name``: it may have none,
            and means a document only where that has all its words; ``file``: the same, and one of
            the words must look like a file's name.
    """

    kind: Kind
    subject: str
    strictness: Strictness = "noun"

    @classmethod
    def of(cls, question: str) -> Overview | None:
        """What the question asks about documents; None for an ordinary question.

        >>> Overview.of("What does the handbook cover?")
        Overview(kind='about', subject='handbook', strictness='noun')
        >>> Overview.of("What does the handbook cover on dogs?")
        """
        text = _plain(question)
        if len(text) > _LONGEST:
            return None
        if _LIST.fullmatch(text):
            return cls("list", "")
        of_kind = _LIST_OF_KIND.fullmatch(text)
        if of_kind and names_file_kind(of_kind["kind"]) and (of_kind["asked"] or text[0] in "ls"):
            return cls("list", of_kind["kind"])
        for pattern, least in _ABOUT:
            if match := pattern.fullmatch(text):
                subject = _subject(match)
                if (_ALL if least == "name" else _ALL_NAMED).fullmatch(subject):
                    return cls("about", "")
                if least == "file" and not _POINTS.match(match["s"]):
                    return cls("about", subject, least) if _is_file(subject) else None
                if has_noun(subject):
                    return cls("about", subject)
                if least == "name":
                    return cls("about", subject, least)
        return None


def has_noun(subject: str) -> bool:
    """Whether the thing that the words are for is a document: "letter from the bank".

    >>> has_noun("letter from the bank"), has_noun("bank that wrote the letter")
    (True, False)
    """
    head = _AFTER_HEAD.split(subject, maxsplit=1)[0].split()
    while head and any(map(str.isdigit, head[-1])) and len(head) > 1:  # "newsletter 14"
        head.pop()
    return bool(head) and noun(head[-1]) is not None


def _is_file(subject: str) -> bool:
    """Whether the words are a file's name, with a word for a document at most."""
    words = subject.split()
    files = [word for word in words if FILE_NAME.fullmatch(word)]
    return len(files) == 1 and all(word in files or noun(word) for word in words)


def _subject(match: re.Match[str]) -> str:
    """The words for the document: what is said of who wrote it is part of them."""
    parts = [match["s"], match.groupdict().get("who") or ""]
    return " from ".join(_ARTICLE.sub("", part).strip() for part in parts if part)


def _plain(question: str) -> str:
    text = " ".join(question.casefold().replace("’", "'").split()).strip(" ?!.…:¿¡")
    text = re.sub(r"\bwha?t'?s\b|\bwath is\b", "what is", text)
    text = re.sub(r"\bpost mortem\b", "post-mortem", text)
    text = re.sub(r"\bwho'?s\b", "who is", text)
    return _POLITE.sub("", text)


_POLITE = re.compile(
    r"^(?:(?:hi|hello|hey|ok|okay|so|and|please|pls|now|in a nutshell|in short),? )*"
    r"(?:(?:can|could|would) (?:you|u) (?:please )?)?(?:please )?|,? (?:please|pls)$"
)
# "scan0012", "rota.xlsx"
FILE_NAME = re.compile(r"(?=[\w.-]*\d)(?=[\w.-]*[^\W\d])[\w.-]{4,}|[\w-]+\.[a-z]{2,5}")
_LONGEST = 200  # code points; a question about a document as a whole is short
_AFTER_HEAD = re.compile(
    r"\s(?:in|from|for|of|on|about|by|to|with|at|under|that|which|von|vom|für|aus|im|de|du|des|del|"
    r"pour|para)\s"
)
_ARTICLE = re.compile(
    r"^(?:(?:all|both|of|the|this|that|these|those|a|an|my|our|your|his|her|their|its|der|die|das|"
    r"den|dem|des|diese[rsmn]?|meine?|unsere?|le|la|les|l'|ce|cette|ces|el|los|las|este|esta)\s)*"
)
# "that csv": what it is, and not what a csv is.
_POINTS = re.compile(r"(?:this|that|these|those) (?=\S)")
_GENERIC = "(?:" + "|".join(sorted(GENERIC, key=len, reverse=True)) + ")"
# All that is there, whatever it is called.
_NAMED = rf"(?:(?:whole|entire|uploaded|attached|current) )?{_GENERIC}"
_ALL_NAMED = re.compile(_NAMED)
# A word that points at something is for a document only in a question that can be about nothing
# else: "what is it about", never "what is it for".
_ALL = re.compile(
    rf"(?:it|this|that|these|those|all this|all that|everything|all|here|in here|es|das|dies|cela|"
    rf"ça|esto|eso|{_NAMED})?"
)
_LIST = re.compile(
    "|".join(
        [
            rf"(?:which|what) (?:kinds? of )?{_GENERIC} (?:do you (?:have|know)|are there|are here|"
            r"are in here|are available|are loaded|are in (?:the|this|my|your) "
            rf"{_GENERIC}|have you (?:got|read)|did i (?:upload|add|give you)|can you (?:see|read|"
            r"search)|can i (?:ask|search)|do i have|do we have)"
            r"(?: (?:here|in here|loaded|there))?",
            rf"(?:list|show|name|give me)(?: me)?(?: a list of)?(?: all| every)?(?: of)?"
            rf"(?: the| your| my| our| these)? {_GENERIC}(?: (?:you have|there are|in here|here|"
            rf"in (?:the|this) {_GENERIC}))?",
            r"what can (?:i|we) (?:ask|search)(?: you)?(?: about)?(?: here)?",
            r"what (?:can you (?:answer|tell me)|do you (?:know|have))(?: about)?(?: here)?",
            rf"what is (?:in|inside) (?:here|(?:this|the|my|your) {_GENERIC})",
            rf"what (?:is|are) (?:in )?(?:these|the|my|your|all) {_GENERIC}(?: about)?",
            # German, French, Spanish
            r"welche (?:dokumente|dateien|unterlagen) (?:hast du|haben sie|haben wir|gibt es|"
            r"kennst du|sind da|liegen vor)",
            r"(?:liste|zeige?) (?:mir )?(?:alle|die) (?:dokumente|dateien|unterlagen)(?: auf)?",
            r"was kann ich (?:dich |sie )?fragen",
            r"quels (?:documents|fichiers) (?:as-tu|avez-vous|y a-t-il|sont disponibles|tu as)",
            r"list(?:e|er|ez) (?:tous )?les (?:documents|fichiers)",
            r"que puis-je (?:te |vous )?demander",
            r"qué (?:documentos|archivos|ficheros) (?:tienes|tiene|hay)",
            r"list(?:a|ar) (?:todos )?los (?:documentos|archivos|ficheros)",
            r"qué puedo preguntar(?:te)?",
        ]
    )
)
_LIST_OF_KIND = re.compile(
    r"(?:(?:which|what|list|show)(?: me)?(?: all)?(?: the| your| my)?) (?P<kind>[\w-]+)"
    r"(?P<asked> (?:do you have|do we have|are there|are here|are in here))?"
)
_S = r"(?P<s>\S.*?)"
_SAY = (
    r"(?:cover|contain|say|describe|discuss|deal with|talk about|tell (?:me|us|you)|include|explain"
    r"|show|regulate|do|have in it|set out|want|treat)"
)
_ABOUT: tuple[tuple[re.Pattern[str], Strictness], ...] = tuple(
    (re.compile(pattern), strictness)  # type: ignore[misc]
    for pattern, strictness in [
        (rf"(?:what|wat|waht) (?:is|are|was) {_S} (?:all )?(?:about|abut)", "name"),
        (rf"(?:summari[sz]e|sum up|outline) {_S}(?: for me| in short| briefly)?", "name"),
        (
            r"(?:(?:give (?:me |us )?|what is ))?(?:an? |the )?(?:short |quick |brief )?"
            rf"(?:summary|overview|outline|gist) (?:of|on) {_S}",
            "name",
        ),
        (rf"(?:what is )?the (?:purpose|point|aim) of {_S}", "noun"),
        (rf"tl;?dr:?(?: of)? {_S}", "name"),
        (rf"what (?:is|are|stands?) (?:written )?(?:in|inside) {_S}", "name"),
        (
            rf"(?:what|wat|waht) (?:does|do|did|is) {_S} {_SAY}(?: in (?:short|general|brief)"
            r"| mainly| overall)?",
            "noun",
        ),
        (rf"what (?:is|are) {_S} (?:good |meant |intended )?for", "noun"),
        (
            rf"(?:who|whom) (?:is|are|was) {_S} (?:(?:meant |intended |written |made )?for"
            r"|addressed to|aimed at)(?: and what does it (?:do|say|cover|contain))?",
            "noun",
        ),
        (rf"what (?:kind|sort|type) of {_GENERIC} is {_S}", "name"),
        (
            r"what (?:does|do|did) (?P<who>\S.*?) (?:want|say|write|tell us|ask for|need) "
            rf"(?:in|with) (?:his|her|their|its|the|that|this) {_S}",
            "noun",
        ),
        (
            rf"(?:which|what) (?:topics|subjects|chapters|sections|headings) (?:does|do|are in|are "
            rf"covered in|has) {_S}(?: have| cover| contain)?",
            "noun",
        ),
        (rf"how (?:is|are) {_S} (?:structured|organi[sz]ed|divided)", "noun"),
        (rf"(?:tell me|i want to know)(?: more| something)? about {_S}", "noun"),
        (rf"(?:tell me|i want to know) what {_S} (?:is|are) (?:all )?(?:about|for)", "noun"),
        (rf"(?:what|wat|waht) (?:is|are) {_S}", "file"),
        # German
        (rf"(?:worum|um was) geht(?: e)?'?s (?:in|im|bei|beim)(?: (?:der|dem|den))? {_S}", "name"),
        (r"worum geht es(?P<s>)", "name"),
        (rf"wovon handel[tn] {_S}", "name"),
        (rf"was (?:steht|ist) (?:in|im)(?: (?:der|dem|den))? {_S}", "name"),
        (rf"was (?:enthält|beschreibt|regelt|sagt) {_S}", "noun"),
        (rf"fass(?:e|en sie)? {_S} (?:kurz )?zusammen", "name"),
        (rf"für wen ist {_S}(?: gedacht| bestimmt)?", "noun"),
        # French
        (rf"de quoi (?:parle|traite|s'agit-il dans) {_S}", "name"),
        (rf"résume[rz]?(?:-moi)? {_S}", "name"),
        (rf"que (?:dit|contient) {_S}", "noun"),
        (rf"qu'y a-t-il dans {_S}", "name"),
        (rf"à qui s'adresse {_S}", "noun"),
        # Spanish
        (rf"de qué (?:trata|habla) {_S}", "name"),
        (rf"resum(?:e|ir) {_S}", "name"),
        (rf"qué (?:dice|contiene) {_S}", "noun"),
        (rf"qué hay en {_S}", "name"),
        (rf"a quién va dirigid[oa] {_S}", "noun"),
    ]
)
