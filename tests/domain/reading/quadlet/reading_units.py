"""Units in, what was read of them out."""

from __future__ import annotations

from collections.abc import Mapping

from migrations_app.domain.bundle import Bundle, MemoryFiles
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle
from migrations_app.domain.reading.reading import Given
from migrations_app.domain.spec import ServiceSpec


def read(
    files: Mapping[str, str],
    answers: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
) -> Bundle:
    data = {name: text.encode() for name, text in files.items()}
    given = Given(variables=variables or {}, answers=answers or {})
    return read_bundle(MemoryFiles(data), STRICT, given=given)


def service(bundle: Bundle, name: str) -> ServiceSpec:
    return next(spec for spec in bundle.specs if spec.name == name)


def only(text: str, name: str = "web.container", **options: Mapping[str, str]) -> ServiceSpec:
    (spec,) = read({name: text}, **options).specs
    return spec
