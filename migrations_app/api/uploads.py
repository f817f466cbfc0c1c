"""Files as they come in: by form or inside JSON, bounded and with names that can be kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from migrations_app.api.errors import Refused
from migrations_app.api.parsers import read_json
from migrations_app.domain.reading.file_names import member_name


def is_form(request: Request) -> bool:
    """Whether the body is a form with files."""
    return (request.content_type or "").startswith("multipart/")


def form_fields(
    request: Request, *, lists: Sequence[str] = (), objects: Sequence[str] = ()
) -> dict[str, Any]:
    """The fields of a form that are no files; the last of several of one name counts.

    A field of ``lists`` is all of that name; one of ``objects`` is written as JSON.

    Raises:
        ValidationError: what should be JSON is none.
    """
    found: dict[str, Any] = {}
    for name in request.POST:
        if name in lists:
            found[name] = request.POST.getlist(name)
        elif name in objects:
            found[name] = _object(name, request.POST[name])
        else:
            found[name] = request.POST[name]
    return found


def _object(name: str, text: str) -> Any:
    try:
        return read_json(text, f"/{name}")
    except (ValueError, RecursionError):
        detail = gettext('In a form this is an object as JSON, such as {"name": "text"}.')
        raise ValidationError({name: [detail]}, "invalid") from None


def form_files(request: Request) -> dict[str, bytes]:
    """The files of a form, in the order they came.

    Raises:
        ValidationError: there is none, or one stands under another name than ``file``.
        Refused: together they are too large.
    """
    others = [name for name in request.FILES if name != "file"]
    if others:
        detail = gettext("Files stand under the name file; repeat it for several.")
        raise ValidationError({others[0]: [detail]}, "unknown_field")
    uploaded = request.FILES.getlist("file")
    if not uploaded:
        raise ValidationError({"file": [gettext("Send at least one file.")]}, "required")
    return _bounded(uploaded)


def one_file(filename: str, content: str) -> dict[str, bytes]:
    """The one file inside a JSON body."""
    data = content.encode()
    _require_size(len(data))
    return {member_name(filename): data}


def _bounded(uploaded: list[UploadedFile[Any]]) -> dict[str, bytes]:
    _require_size(sum(item.size or 0 for item in uploaded))
    files: dict[str, bytes] = {}
    for item in uploaded:
        files[member_name(item.name or "", files)] = item.read()
    return files


def _require_size(size: int) -> None:
    largest: int = settings.WORKBENCH_UPLOAD_LIMIT
    if size > largest:
        raise Refused(
            413,
            "too_large",
            gettext("The files have %(size)s bytes together; at most %(most)s are taken.")
            % {"size": size, "most": largest},
        )
