"""How the API describes itself: OpenAPI 3.1, with the errors of every operation."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from migrations_app.api.about import ABOUT
from migrations_app.api.errors import PROBLEM

_ALWAYS = ("401", "429")
_DESCRIBED = {
    "400": "The request cannot be parsed.",
    "401": "No credentials, or none that are good.",
    "403": "Not allowed, or not by this token.",
    "404": "Not there, or not visible to you.",
    "406": "The answer has no form that you accept.",
    "409": "The present state does not permit it.",
    "412": "It was changed since you read it.",
    "413": "Too large.",
    "415": "The body has a form that is not taken here.",
    "422": "Understood, but parts of it are not acceptable.",
    "428": "If-Match is missing.",
    "429": "Too many requests.",
    "502": "Podman did not do as asked.",
}
_ALIASES = (
    "/api/v1/applications/{slug}/services/{key}/",
    "/api/v1/services/{service_id}/questions/answers/",
)

_IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="A request that is sent again with the same key is done once.",
)
_IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag that reading this gave; 428 without it, unless this makes something new.",
)


class Schema(AutoSchema):
    """Names operations by what they do, and documents what every operation may refuse."""

    def get_operation_id(self) -> str:
        """``services_gates``, ``services_moves_create``: the path, and the verb where it tells."""
        tokens = [token.replace("-", "_") for token in self._tokenize_path()]
        action = getattr(self.view, "action", "") or self.method.lower()
        if action in tokens or action.replace("_", "") in "".join(tokens).replace("_", ""):
            return "_".join(tokens)
        verbs = {"partial_update": "change", "retrieve": "get", "update": "put", "pin": "put"}
        return "_".join([*tokens, verbs.get(action, action)])

    def get_summary(self) -> str:
        """The first sentence of what the method says of itself."""
        first, _stop, _rest = self.get_description().partition(".")
        return str(first).replace("\n", " ").strip()

    def get_override_parameters(self) -> list[Any]:
        """The headers that every operation of a kind knows."""
        if self.method == "POST" and getattr(self.view, "keeps", False):
            return [_IDEMPOTENCY_KEY]
        if self.method in ("PUT", "PATCH"):
            return [_IF_MATCH]
        return []

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        """``ApplicationOut`` is an ``Application``, ``ApplicationIn`` an ``ApplicationInput``."""
        name = str(super().get_serializer_name(serializer, direction))
        if name.endswith("Out"):
            return name.removesuffix("Out")
        return f"{name.removesuffix('In')}Input" if name.endswith("In") else name

    def get_tags(self) -> list[str]:
        """One group for each first step of a path."""
        return [self._tokenize_path()[0]]

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for code in self._refusals():
            bodies.setdefault(code, self._problem(code))
        for code, body in bodies.items():
            if code >= "400" and "application/json" in body.get("content", {}):
                body["content"] = {PROBLEM: body["content"]["application/json"]}
        for code, body in bodies.items():
            if headers := self._headers(code):
                body["headers"] = {**body.get("headers", {}), **headers}
        return dict(sorted(bodies.items()))

    def _headers(self, code: str) -> dict[str, Any]:
        """What an answer says besides its body."""
        found: dict[str, str] = {}
        if code == "200" and self.method in ("GET", "PUT", "PATCH"):
            found["ETag"] = "For If-Match and If-None-Match."
        if code in ("201", "202") or (code == "409" and self.method == "POST"):
            found["Location"] = "Where it is: what was made, or the run."
        if code == "429":
            found["Retry-After"] = "Seconds."
        return {
            name: {"description": told, "schema": {"type": "string"}}
            for name, told in found.items()
        }

    def _refusals(self) -> list[str]:
        codes = {*_ALWAYS, "406"}
        if "{" in self.path or self._is_list_view():
            codes.add("404")
        if self.method == "GET":
            codes |= {"400", "403", "422"}
        else:
            codes |= {"400", "403", "409", "413", "415", "422"}
        if self.method in ("PUT", "PATCH"):
            codes |= {"412", "428"}
        if "/hosts/" in self.path:
            codes.add("502")
        return sorted(codes)

    def _problem(self, code: str) -> dict[str, Any]:
        from migrations_app.api.v1.shown import ProblemOut

        component = self.resolve_serializer(ProblemOut, "response")
        return {
            "description": _DESCRIBED[code],
            "content": {PROBLEM: {"schema": component.ref}},
        }


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """``Authorization: Bearer TOKEN``."""

    target_class = "migrations_app.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, _auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


def without_aliases(endpoints: list[Any]) -> list[Any]:
    """One address for each resource: a service's second name is described once, at its root."""
    return [
        endpoint
        for endpoint in endpoints
        if not any(
            endpoint[0].startswith(alias) and endpoint[0] != _ALIASES[0] for alias in _ALIASES
        )
    ]


def finished(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Refusals that read alike are written once and referred to; what holds for all goes first."""
    responses = result["components"].setdefault("responses", {})
    for operations in result["paths"].values():
        for operation in operations.values():
            for code, body in operation.get("responses", {}).items():
                if body.get("description") == _DESCRIBED.get(code):
                    name = f"Problem{code}"
                    responses[name] = body
                    operation["responses"][code] = {"$ref": f"#/components/responses/{name}"}
    result["components"]["responses"] = dict(sorted(responses.items()))
    result["info"]["description"] = ABOUT
    return result
