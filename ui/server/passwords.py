"""Passwords and tokens as they are kept: as hashes, from which nobody gets them back.

A password as ``scrypt$N$r$p$salt$hash`` (RFC 7914; salt and hash in base64). A token is long and
drawn by chance, so that one round of SHA-256 is enough.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets

from pincite.corpus.errors import UsageError

_N, _R, _P, _LENGTH = 2**14, 8, 1, 32  # 16 MiB and some 50 ms a guess
LONGEST = 1024  # characters of a password or token; more is nobody's
_SHORTEST = 8
_MOST_MEMORY = 2**31 - 1  # what OpenSSL takes
_SCRYPT = re.compile(r"scrypt\$(\d{1,8})\$(\d{1,4})\$(\d{1,4})\$([^$]*)\$([^$]*)")
_TOKEN = re.compile(r"sha256\$[0-9a-f]{64}")


def hashed(password: str) -> str:
    """A password as it is kept.

    Raises:
        UsageError: it is too short or too long.
    """
    if not _SHORTEST <= len(password) <= LONGEST:
        raise UsageError(
            f"the password has {len(password)} characters; choose one of {_SHORTEST} to {LONGEST}"
        )
    salt = secrets.token_bytes(16)
    derived = _derived(password, salt, _N, _R, _P)
    return f"scrypt${_N}${_R}${_P}${_base64(salt)}${_base64(derived)}"


def matches(password: str, kept: str) -> bool:
    """Whether this is the password that is kept."""
    if len(password) > LONGEST:
        return False
    _, n, r, p, salt, derived = kept.split("$")
    found = _derived(password, base64.b64decode(salt), int(n), int(r), int(p))
    return hmac.compare_digest(found, base64.b64decode(derived))


def is_password_hash(kept: str) -> bool:
    """Whether a password is kept in this form, found without the time of a guess."""
    form = _SCRYPT.fullmatch(kept)
    if not form:
        return False
    n, r, p = (int(number) for number in form.groups()[:3])
    try:
        salt, derived = (base64.b64decode(part, validate=True) for part in form.groups()[3:])
    except binascii.Error:
        return False
    possible = n > 1 and n & (n - 1) == 0 and r > 0 and 0 < p < n and _memory(n, r) <= _MOST_MEMORY
    return possible and bool(salt) and len(derived) == _LENGTH


def new_token() -> str:
    """A token that nobody has had before."""
    return secrets.token_urlsafe(32)


def hashed_token(token: str) -> str:
    """A token as it is kept.

    >>> is_token_hash(hashed_token("0123456789abcdef"))
    True
    """
    return f"sha256${hashlib.sha256(token.encode('utf-8', 'replace')).hexdigest()}"


def is_token_hash(kept: str) -> bool:
    """Whether a token is kept in this form."""
    return bool(_TOKEN.fullmatch(kept))


def _memory(n: int, r: int) -> int:
    return 128 * n * r * 2


def _derived(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", "replace"),
        salt=salt,
        n=n,
        r=r,
        p=p,
        maxmem=_memory(n, r),
        dklen=_LENGTH,
    )


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
