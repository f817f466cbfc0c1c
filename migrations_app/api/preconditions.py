"""``ETag`` and ``If-Match``: nobody overwrites what they have not seen."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext
from rest_framework.request import Request

from migrations_app.api.errors import Refused


def version_tag(version: int) -> str:
    """The tag of a row that counts its versions."""
    return f'"v{version}"'


def content_tag(data: Any) -> str:
    """The tag of something that has no version: a hash of what is shown."""
    text = json.dumps(data, sort_keys=True, cls=DjangoJSONEncoder, ensure_ascii=True)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def require_match(request: Request, current: str) -> None:
    """Refuse the change unless ``If-Match`` names what is there now.

    Raises:
        Refused: 428 without the header, 412 if it names something older.
    """
    given = request.headers.get("If-Match")
    if given is None:
        raise Refused(
            428,
            "precondition_required",
            gettext("Send If-Match with the ETag that you got when you read this."),
            headers={"ETag": current},
        )
    tags = [tag.strip() for tag in given.split(",")]
    if "*" not in tags and current not in tags:
        raise stale(current)


def stale(current: str = "") -> Refused:
    """Somebody was faster."""
    return Refused(
        412,
        "stale",
        gettext("Somebody changed this meanwhile. Load it again, then repeat your change."),
        headers={"ETag": current} if current else None,
    )
