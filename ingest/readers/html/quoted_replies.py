"""What of a mail's text was written in an earlier mail that it answers or passes on.

Mail programs cite in four ways: each line with ``>`` before it, an attribution ("On … wrote:")
above the cited lines, a separator ("-----Original Message-----"), or the earlier mail's own header
fields. After an attribution without ``>``, a separator or header fields, all that follows is cited.
A mail that has no words but cited ones was passed on, and these are then its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pincite.corpus.types import Span
from pincite.ingest.readers.base import lines

_LONGEST_ATTRIBUTION = 300  # characters; longer ones are prose
_ATTRIBUTION_LINES = 3  # over which mail programs break an attribution
_HEADER_LINES = 12  # of an earlier mail's fields, its long list of recipients included
_LONGEST_HEADER = 2000  # characters in which fields that stand on one line are looked for
_FEWEST_FIELDS = 3  # of an earlier mail: two may be the words of a letter ("From: … To: …")

_MARK = re.compile(r"[ \t]{0,3}[>＞]")
_WROTE = re.compile(  # the verb of an attribution in many languages, with what stands beside it
    r"\b(?:wrote|writes|schrieb|schrieben|geschrieben|schreef|geschreven|skrev|skrifaði|kirjoitti"
    r"|a écrit|ha scritto|escribió|va escriure|escreveu|a scris|napisał\(?a?\)?|napísala?|pisze"
    r"|napsala?|napisal\(?a?\)?|написала?|пишет|писала?|yazdı|írta|έγραψε)\b"
    r"|写道|寫道|书写|のメール|書きました|작성|님이 쓴",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[:：]\s*$")
_DATED = re.compile(r"\b\d{1,2}[:.h]\d\d\b|@|\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d\d\b")
_SEPARATOR = re.compile(
    r"[\s*>]*(?:(?P<rule>[-_=]{2,}|\*{2,})\s*)?(?P<begin>begin |anfang der |start of |inicio del? "
    r"|inizio (?:del )?|début du |début de )?"
    r"(?:original(?:e|a)?[ -](?:message|mail|nachricht)|original appointment|reply message"
    r"|ursprüngliche (?:nachricht|mail)|original-nachricht|originalnachricht"
    r"|message (?:d'|d’)origine|message original|mensaje original|mensagem original"
    r"|messaggio originale|oorspronkelijk bericht|ursprungligt meddelande|original meddelelse"
    r"|opprinnelig melding|wiadomość oryginalna|původní zpráva|исходное сообщение"
    r"|(?P<forward>forwarded (?:message|mail)|weitergeleiteten? (?:nachricht|mail)"
    r"|message (?:transféré|réexpédié)|mensaje reenviado|messaggio inoltrato"
    r"|mensagem (?:encaminhada|reencaminhada)|doorgestuurd bericht|vidarebefordrat meddelande"
    r"|videresendt meddelelse|przekazana wiadomość|пересылаемое сообщение))"
    r"(?: (?:from|von|de|da|van) [^:\n]{1,80})?\s*(?:[-_=*]{2,}|:)?\s*",
    re.IGNORECASE,
)
_RULE = re.compile(r"[\s>]*[-_=*]{5,}\s*")
_FIELD = re.compile(r"[\s>]*\*?([^\W\d_][\w '’\-.]{0,24}?)\*?\s?[:：]")
_FIELDS = re.compile(r"(?:^|(?<=\s))\*?([^\W\d_][\w'’-]{0,14})\*?\s?[:：](?=\s|\*)")
_ROLES = {
    name: role
    for role, names in {
        "from": "from|von|de|da|van|från|fra|od|от|lähettäjä|feladó|gönderen|desde|expéditeur"
        "|mittente|remitente|absender|差出人|发件人|寄件者|보낸 사람",
        "sent": "sent|date|gesendet|datum|envoyé|envoyé le|enviado|enviado el|enviada em|fecha"
        "|data|inviato|verzonden|skickat|sendt|dato|wysłano|odesláno|отправлено|дата|lähetetty"
        "|küldve|gönderildi|送信日時|日付|发送时间|日期|보낸 날짜",
        "to": "to|an|à|a|para|per|aan|till|til|do|komu|кому|vastaanottaja|címzett|kime|宛先|收件人"
        "|받는 사람|destinataire|destinatario",
        "cc": "cc|kopie|kopia|kopi|копия|cópia|copie à|副本",
        "subject": "subject|betreff|objet|asunto|oggetto|assunto|onderwerp|ämne|emne|temat"
        "|předmět|тема|aihe|tárgy|konu|件名|主题|主旨|제목",
    }.items()
    for name in names.split("|")
}
_SIGNATURE = re.compile(r"--\s*")
_SENT_FROM = re.compile(
    r"(?:sent from my|get outlook for|von meinem \w+ gesendet|gesendet von|envoyé de(?:puis)? mon"
    r"|enviado desde mi|inviato da)\b.{0,60}",
    re.IGNORECASE,
)


def quoted_spans(text: str, marked: Sequence[Span] = ()) -> list[Span]:
    """The spans of ``text``, a mail's body, that are cited from earlier mails, in order.

    ``marked`` are spans, in order, that the mail's HTML says are cited. Blank lines between two
    cited ones belong to them.

    >>> body = "Fine with me.\\n\\nOn 4 Mar 2025 Bo wrote:\\n> Is it the 21st?\\n\\nAda"
    >>> [body[span.start : span.end] for span in quoted_spans(body)]
    ['On 4 Mar 2025 Bo wrote:\\n> Is it the 21st?']
    """
    body = _Body(text, marked)
    body.mark_attributions()
    body.mark_rest()
    return body.spans() if body.has_own_words else []


class _Body:
    """The lines of a mail's body, each cited or not."""

    def __init__(self, text: str, marked: Sequence[Span]) -> None:
        pairs = list(lines(text))
        self._places = [Span(span.start, span.start + len(line)) for span, line in pairs]
        self._lines = [line for _, line in pairs]
        self._cited = [_MARK.match(line) is not None for line in self._lines]
        self._rest = len(self._lines)  # the line from which on all is cited
        at = 0
        for i, place in enumerate(self._places):
            while at < len(marked) and marked[at].end <= place.start:
                at += 1
            if at < len(marked) and marked[at].overlaps(place):
                self._cited[i] = True

    @property
    def has_own_words(self) -> bool:
        """Whether a line is not cited, the signature and what mail programs add aside."""
        return self._own(0, self._rest)

    def mark_attributions(self) -> None:
        """Attributions belong to what they stand above."""
        for i in range(len(self._lines)):
            if self._cited[i] or not (count := self._attribution(i)):
                continue
            below = self._next(i + count)
            if below < len(self._lines) and self._cited[below]:
                self._cited[i : i + count] = [True] * count

    def mark_rest(self) -> None:
        """Find the first line, below some of the writer's own, after which all is cited."""
        i = start = 0  # own words are looked for from `start`
        while i < len(self._lines):
            if not self._cited[i] and (after := self._opening(i)):
                if self._own(start, i):
                    self._rest = self._before(i)
                    self._cited[self._rest :] = [True] * (len(self._lines) - self._rest)
                    return
                start = i = after  # a mail that is passed on: its fields are nobody's own words
            else:
                i += 1

    def spans(self) -> list[Span]:
        """The runs of cited lines, without the blank lines around them."""
        runs: list[list[int]] = []
        for i, line in enumerate(self._lines):
            if not line.strip():
                continue
            if self._cited[i]:
                if runs and runs[-1][2]:
                    runs[-1][1] = i
                else:
                    runs.append([i, i, True])
            elif runs:
                runs[-1][2] = False
        return [Span(self._places[a].start, self._places[b].end) for a, b, _ in runs]

    def _own(self, start: int, end: int) -> bool:
        for line, cited in zip(self._lines[start:end], self._cited[start:end], strict=True):
            if _SIGNATURE.fullmatch(line):
                return False
            if line.strip() and not cited and not _SENT_FROM.fullmatch(line.strip()):
                return True
        return False

    def _opening(self, i: int) -> int:
        """The line after what opens a citation at line ``i`` that goes on to the end, or 0."""
        if len(self._lines[i]) <= _LONGEST_ATTRIBUTION and (
            match := _SEPARATOR.fullmatch(self._lines[i])
        ):
            if match["rule"] or match["begin"]:
                return self._fields(self._next(i + 1)) or i + 1
            return self._fields(self._next(i + 1))
        if after := self._fields(i):
            return after
        count = self._attribution(i)
        dated = count and _DATED.search(" ".join(self._lines[i : i + count]))
        return i + count if dated else 0

    def _before(self, i: int) -> int:
        """The line ``i``, or that of a rule just above it."""
        above = i - 1
        while above >= 0 and not self._lines[above].strip():
            above -= 1
        return above if above >= 0 and _RULE.fullmatch(self._lines[above]) else i

    def _attribution(self, i: int) -> int:
        """How many lines from ``i`` are an attribution; none if it is not one."""
        length = 0
        for count, line in enumerate(self._lines[i : i + _ATTRIBUTION_LINES], 1):
            length += len(line)
            if not line.strip() or length > _LONGEST_ATTRIBUTION or self._cited[i + count - 1]:
                return 0
            if _ENDS.search(line):
                whole = " ".join(self._lines[i : i + count])
                short = count == 1 or _DATED.search(whole)  # prose is broken over lines, too
                return count if short and _WROTE.search(whole) else 0
        return 0

    def _fields(self, i: int) -> int:
        """The line after an earlier mail's header fields that begin at line ``i``, or 0."""
        if i >= len(self._lines) or _role(self._lines[i]) not in ("from", "sent", "subject"):
            return 0
        if len(_roles_within(self._lines[i])) >= _FEWEST_FIELDS:
            return i + 1
        roles: set[str] = set()
        after = i
        for j in range(i, min(i + _HEADER_LINES, len(self._lines))):
            if role := _role(self._lines[j]):
                roles.add(role)
                after = j + 1
            elif not self._lines[j].strip() and j > after:  # fields may stand a line apart
                break
        whole = "from" in roles and ("sent" in roles or "subject" in roles)
        return after if whole and len(roles) >= _FEWEST_FIELDS else 0

    def _next(self, i: int) -> int:
        """The first line from ``i`` on that is not blank."""
        while i < len(self._lines) and not self._lines[i].strip():
            i += 1
        return i


def _role(line: str) -> str:
    match = _FIELD.match(line)
    return _ROLES.get(match[1].lower(), "") if match else ""


def _roles_within(line: str) -> set[str]:
    """The fields that stand on one line, as where HTML broke it."""
    named = (_ROLES.get(match[1].lower()) for match in _FIELDS.finditer(line, 0, _LONGEST_HEADER))
    roles = {role for role in named if role}
    return roles if "from" in roles and roles & {"sent", "subject"} else set()
