"""Names that Kubernetes accepts, and how others become one.

Source: Kubernetes documentation, "Object Names and IDs" (RFC 1123 labels and subdomains), and the
API reference of ContainerPort for port names (IANA service names).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

LABEL_LENGTH = 63
SUBDOMAIN_LENGTH = 253
PORT_NAME_LENGTH = 15

_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*")
_SERVICE = re.compile(r"[a-z](?:[-a-z0-9]*[a-z0-9])?")
_LABEL_VALUE = re.compile(r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?")
_KEY_NAME = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?")
_DATA_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_PORT_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")


def is_label(name: str) -> bool:
    return len(name) <= LABEL_LENGTH and bool(_LABEL.fullmatch(name))


def is_subdomain(name: str) -> bool:
    return len(name) <= SUBDOMAIN_LENGTH and bool(_SUBDOMAIN.fullmatch(name))


def is_service_name(name: str) -> bool:
    """A DNS label that begins with a letter (RFC 1035), as Services need."""
    return len(name) <= LABEL_LENGTH and bool(_SERVICE.fullmatch(name))


def is_port_name(name: str) -> bool:
    return (
        len(name) <= PORT_NAME_LENGTH
        and bool(_PORT_NAME.fullmatch(name))
        and any(character.isalpha() for character in name)
        and "--" not in name
    )


def is_variable(name: str) -> bool:
    """A name of an environment variable."""
    return bool(name) and "=" not in name and name.isascii() and name.isprintable()


def is_label_value(value: str) -> bool:
    return len(value) <= LABEL_LENGTH and bool(_LABEL_VALUE.fullmatch(value))


def is_key(key: str) -> bool:
    """A label or annotation key: an optional DNS prefix, a slash, and a name."""
    prefix, slash, name = key.rpartition("/")
    if slash and not is_subdomain(prefix):
        return False
    return len(name) <= LABEL_LENGTH and bool(_KEY_NAME.fullmatch(name))


def to_label(text: str, fallback: str = "unnamed") -> str:
    """The nearest RFC 1123 label; a name too long ends in a hash of all of it."""
    return _fit(_slug(text, "-") or _hashed(fallback, text), LABEL_LENGTH, text)


def to_subdomain(text: str, fallback: str = "unnamed") -> str:
    """The nearest RFC 1123 subdomain: dots stay where they may."""
    parts = [part for part in (_slug(p, "-") for p in text.split(".")) if part]
    return _fit(".".join(parts) or _hashed(fallback, text), SUBDOMAIN_LENGTH, text)


def to_service_name(text: str) -> str:
    """The nearest RFC 1035 label."""
    label = to_label(text)
    return label if label[0].isalpha() else _fit(f"s-{label}", LABEL_LENGTH, text)


def to_port_name(text: str, fallback: str) -> str:
    """The nearest port name of at most 15 characters."""
    name = re.sub(r"-+", "-", _slug(text, "-"))[:PORT_NAME_LENGTH].strip("-")
    return name if is_port_name(name) else fallback


def to_label_value(text: str) -> str:
    """The nearest label value, possibly empty."""
    value = re.sub(r"[^-A-Za-z0-9_.]+", "-", text)
    return _fit(value.strip("-_."), LABEL_LENGTH, text) if value.strip("-_.") else ""


def to_key(text: str) -> str:
    """The nearest label or annotation key; of several slashes only the first parts a prefix."""
    prefix, slash, name = text.partition("/")
    if not slash:
        prefix, name = "", text
    plain = re.sub(r"[^-A-Za-z0-9_.]+", ".", name).strip("-_.") or "unnamed"
    plain = _fit(plain, LABEL_LENGTH, text)
    domain = to_subdomain(prefix) if prefix else ""
    return f"{domain}/{plain}" if domain else plain


def is_data_key(key: str) -> bool:
    """A key of a ConfigMap or Secret."""
    right = len(key) <= SUBDOMAIN_LENGTH and bool(_DATA_KEY.fullmatch(key))
    return right and key != "." and not key.startswith("..")


def to_data_key(text: str) -> str:
    """The nearest key of a ConfigMap or Secret; another text may have the same."""
    if is_data_key(text):
        return text
    plain = re.sub(r"[^-._a-zA-Z0-9]+", "_", text).strip(".") or _hashed("file", text)
    return _fit(plain, SUBDOMAIN_LENGTH, text)


def unique(name: str, taken: Iterable[str], source: str, length: int = LABEL_LENGTH) -> str:
    """The name, with a suffix that depends on ``source`` alone if it is taken."""
    if name not in set(taken):
        return name
    return _with_suffix(name, source, length)


def _slug(text: str, joint: str) -> str:
    return re.sub(r"[^a-z0-9]+", joint, text.lower()).strip(joint)


def _fit(name: str, length: int, source: str) -> str:
    return name if len(name) <= length else _with_suffix(name, source, length)


def _with_suffix(name: str, source: str, length: int) -> str:
    suffix = hashlib.sha256(source.encode()).hexdigest()[:6]
    return f"{name[: length - 7].rstrip('-.')}-{suffix}"


def _hashed(fallback: str, source: str) -> str:
    return f"{fallback}-{hashlib.sha256(source.encode()).hexdigest()[:6]}"
