"""Which values look secret: by the name they go by, and by what they are.

Used wherever a value could leak: building Secrets, redacting sources, finding CFG-01. A false
alarm costs a person one look, a miss costs a password; both are measured over real files.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

_NAME = re.compile(
    r"(?:^|[_\-.])(?:pass(?:wd|word|phrase|code)?|pwd|pw|secret|token|api[_\-.]?key|apikey|"
    r"access[_\-.]?key|secret[_\-.]?key|private[_\-.]?key|encryption[_\-.]?key|signing[_\-.]?key|"
    r"master[_\-.]?key|auth[_\-.]?key|(?:session|cookie|hmac|account|shared|app)[_\-.]key|"
    r"credentials?|dsn|salt|jwt|bearer|cookie[_\-.]?secret|"
    r"client[_\-.]?secret|webhook[_\-.]?secret)(?:$|[_\-.0-9])",
    re.IGNORECASE,
)
_GLUED = re.compile(
    r"(?:password|passwd|passphrase|secret|apikey|token|requirepass|masterauth|"
    r"(?:^|[_\-.])(?:db|pg|sql|mysql|mail|smtp|ftp|ldap|redis|root|admin|user)pass)$",
    re.IGNORECASE,
)
_NOT_NAME = re.compile(
    r"(?:_|-|\.)(?:file|path|dir|directory|name|names|url|uri|endpoint|host|port|enabled|disabled|"
    r"length|min|max|policy|ttl|timeout|expiry|expiration|age|algorithm|type|id|issuer|audience|"
    r"header|field|prefix|regex|hash_rounds|rotation|reset|store|provider|mount|ref)s?$"
    r"|^(?:no|use|enable|disable|allow|require|show|skip|min|max|public)[_\-.]|public[_\-.]?key",
    re.IGNORECASE,
)
_URL = re.compile(r"[a-z][a-z0-9+.\-]{0,30}://[^/\s:@]*:([^/\s@]+)@", re.IGNORECASE)
_PEM = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_JWT = re.compile(r"eyJ[A-Za-z0-9_\-]{8,1000}\.eyJ[A-Za-z0-9_\-]{8,4000}\.[A-Za-z0-9_\-]*")
_KNOWN = re.compile(
    r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|glpat-[A-Za-z0-9_\-]{18,}|AKIA[0-9A-Z]{16}|"
    r"xox[abprs]-[A-Za-z0-9-]{10,}|sk_live_[A-Za-z0-9]{16,}|AIza[0-9A-Za-z_\-]{30,}|"
    r"sk-[A-Za-z0-9_\-]{20,}|npm_[A-Za-z0-9]{30,}|"
    r"https://hooks\.slack\.com/services/[A-Z0-9]+/[A-Z0-9]+/[A-Za-z0-9]{8,}|"
    r"https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/[0-9]+/[\w\-]{8,})"
)
_TOKEN = re.compile(r"[A-Za-z0-9+/=_\-]{24,}")
_ORDINARY = re.compile(r"^(?:true|false|yes|no|on|off|none|null|[0-9.]+|/.*)?$", re.IGNORECASE)
_KEY_NAME = re.compile(r"(?:^|[_\-.])key$", re.IGNORECASE)
_REFERENCE = re.compile(r"^\$?[({]|^\$[A-Za-z_]|^<[^>]*>$")
_PATH = re.compile(r"(?:/[a-z0-9._\-]+){2,}/?")
"""A path of a host: no key of 24 random characters is all in lower case and begins so."""
_HEXADECIMAL = re.compile(r"[0-9a-f\-]+", re.IGNORECASE)
ENTROPY = 4.3
"""Bits per character from which a long word without spaces is taken for a key."""


def secret_reason(name: str, value: str) -> str:
    """Why ``value`` looks secret: ``url``, ``key``, ``name`` or ``entropy``; ``""`` if not."""
    if not value or _REFERENCE.match(value):
        return ""
    match = _URL.search(value) if "://" in value else None
    if match and not _REFERENCE.match(match.group(1)):
        return "url"
    if _PEM.search(value) or _JWT.search(value) or _KNOWN.search(value):
        return "key"
    if _names_a_secret(name) and not _ORDINARY.match(value):
        return "name"
    if _names_a_secret(name) and value.isdigit() and len(value) >= 4:
        return "name"
    if _PATH.fullmatch(value):
        return ""
    if _names_a_key(name) and _TOKEN.fullmatch(value) and any(c.isdigit() for c in value):
        return "name"  # hexadecimal too, which alone might be a digest
    if _TOKEN.fullmatch(value) and not _HEXADECIMAL.fullmatch(value):
        if _entropy(value) >= ENTROPY and any(c.isdigit() for c in value):
            return "entropy"
    return ""


def looks_secret(name: str, value: str) -> bool:
    """Whether ``value`` under ``name`` should be kept in a Secret."""
    return bool(secret_reason(name, value))


def url_password(value: str) -> str:
    """The password inside a URL, or ``""``."""
    match = _URL.search(value)
    return match.group(1) if match else ""


def url_password_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the passwords of all URLs in a text stand; a reference is no password."""
    for match in _URL.finditer(text) if "://" in text else ():
        if not _REFERENCE.match(match.group(1)):
            yield match.span(1)


def tokens(text: str) -> Iterator[tuple[int, int]]:
    """Where tokens stand that give themselves away: JSON web tokens, keys of known makers."""
    for pattern in (_JWT, _KNOWN):
        yield from (match.span() for match in pattern.finditer(text))


def _names_a_key(name: str) -> bool:
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return bool(_KEY_NAME.search(plain)) and not _NOT_NAME.search(plain)


def _names_a_secret(name: str) -> bool:
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    if _NOT_NAME.search(plain):
        return False
    return bool(_NAME.search(plain) or _GLUED.search(plain))


def _entropy(text: str) -> float:
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())
