"""``Idempotency-Key``: a POST that is sent twice is done once."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponseBase
from django.utils.translation import gettext
from rest_framework.request import Request
from rest_framework.response import Response

from migrations_app.actions import idempotency
from migrations_app.actions.idempotency import Remembered
from migrations_app.api.errors import Refused
from migrations_app.models import User

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_KEPT_HEADERS = ("Location", "ETag")


class Replay(Exception):
    """The request was answered before; this is the answer."""

    def __init__(self, remembered: Remembered) -> None:
        super().__init__()
        self.remembered = remembered


def begin(request: Request) -> str:
    """Claim the request's key; ``""`` if it has none.

    Raises:
        Replay: the same request was answered before.
        Refused: the key is not acceptable.
        InvalidInput: the key was used with another body.
        Conflict: the first request is still at work.
    """
    key = request.headers.get(HEADER, "")
    if not key or request.method != "POST" or not isinstance(request.user, User):
        return ""
    if not _KEY.fullmatch(key):
        detail = gettext("An Idempotency-Key has 1 to 200 visible ASCII characters.")
        raise Refused(400, "malformed", detail)
    body = (request.content_type or "").encode() + b"\0" + request._request.body
    remembered = idempotency.begin(user=request.user, route=_route(request), key=key, body=body)
    if remembered is not None:
        raise Replay(remembered)
    return key


def finish(request: Request, key: str, response: HttpResponseBase, secret: tuple[str, ...]) -> None:
    """Keep a good answer, without what may be shown only once; let go of the key otherwise."""
    if not isinstance(request.user, User):
        return
    good = isinstance(response, Response) and response.status_code < 400
    data = _plain(response.data, secret) if isinstance(response, Response) and good else None
    idempotency.finish(
        user=request.user,
        route=_route(request),
        key=key,
        # A refusal is no answer to keep: what stood in the way may be gone next time.
        status=response.status_code if good else 503,
        headers={name: response[name] for name in _KEPT_HEADERS if name in response},
        response=data,
    )


def replayed(remembered: Remembered) -> Response:
    """The answer again, marked as such."""
    headers = {**remembered.headers, "Idempotency-Replayed": "true"}
    return Response(remembered.response, status=remembered.status, headers=headers)


def _route(request: Request) -> str:
    return f"{request.method} {request.get_full_path()}"[:300]


def _plain(data: Any, secret: tuple[str, ...]) -> Any:
    plain = json.loads(json.dumps(data, cls=DjangoJSONEncoder))
    if isinstance(plain, Mapping):
        return {key: None if key in secret else value for key, value in plain.items()}
    return plain
