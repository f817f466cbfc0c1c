"""Bytes to rows: the member files of a source, recognised by a keyed hash."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from django.conf import settings

from migrations_app.domain import records
from migrations_app.domain.bundle import Bundle, Member, SourceKind
from migrations_app.domain.manifests.secret_markers import MARKER
from migrations_app.domain.reading.redaction import redact
from migrations_app.models import Application, Source, SourceMember

_PURPOSE = b"kakehashi-source-v1\0"


def keyed_hash(application: Application, files: Mapping[str, bytes]) -> str:
    """Recognises the same files again. Keyed, so that nobody can try out weak secrets on it."""
    key = hashlib.sha256(_PURPOSE + settings.SECRET_KEY.encode()).digest()
    mac = hmac.new(key, application.pk.bytes, hashlib.sha256)
    for path, data in files.items():
        for part in (path.encode(), data):
            mac.update(len(part).to_bytes(8, "big") + part)
    return mac.hexdigest()


def store_members(source: Source, files: Mapping[str, bytes], bundle: Bundle) -> None:
    """Keep every file: encrypted as it came, and redacted as it may be shown."""
    told = {member.path: member for member in bundle.members}
    SourceMember.objects.bulk_create(
        _row(source, position, path, data, told.get(path))
        for position, (path, data) in enumerate(files.items())
    )


def redacted_digest(files: Mapping[str, bytes], bundle: Bundle) -> str:
    """The digest of a source: SHA-256 over paths and redacted texts."""
    told = {member.path: member for member in bundle.members}
    whole = hashlib.sha256()
    for path, data in files.items():
        text = _redacted(data, told.get(path))
        for part in (path.encode(), text.encode()):
            whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()


def kind_of(bundle: Bundle) -> SourceKind:
    """What a source as a whole is: the kind of its first member that was read."""
    readable = [member.kind for member in bundle.members if not member.problems]
    return next((kind for kind in readable if kind is not SourceKind.OTHER), SourceKind.OTHER)


def _row(
    source: Source, position: int, path: str, data: bytes, member: Member | None
) -> SourceMember:
    text = _redacted(data, member)
    return SourceMember(
        source=source,
        position=position,
        path=path,
        kind=(member.kind if member else SourceKind.OTHER).value,
        original=data,
        redacted=text,
        size=len(data),
        digest=hashlib.sha256(text.encode()).hexdigest(),
        errors=[records.problem(item) for item in member.problems] if member else [],
    )


def _redacted(data: bytes, member: Member | None) -> str:
    """The text that may be shown. Of a file that could not be read, nothing may be."""
    if member is None or (member.problems and member.kind is SourceKind.OTHER):
        return ""
    if member.secret:
        return MARKER
    text = data.decode(errors="replace").replace("\0", "\ufffd")
    return redact(text, member.kind, member.secret_names)
