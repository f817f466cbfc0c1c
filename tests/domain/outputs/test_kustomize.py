"""What Kustomize would refuse or spoil is refused here, with the object and a way out."""

from __future__ import annotations

from typing import Any

import pytest

from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.outputs.base import Manifests
from migrations_app.domain.outputs.kustomize import write_kustomize


def _note(**data: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "n"}, "data": data}


@pytest.mark.parametrize(
    ("objects", "told"),
    [
        ((_note(), _note()), "two of ConfigMap/n"),
        (({**_note(), "metadata": {"generateName": "n-"}},), "without a name"),
        (({**_note(), "big": 2**60},), "large numbers of ConfigMap/n"),
        (({**_note(), "data": {"a": "x\x7f"}},), "control characters in texts of ConfigMap/n"),
        (
            ({**_note(), "metadata": {"name": "n", "annotations": {"1e3": "a"}}},),
            "its annotations: write",
        ),
        (({**_note(), "metadata": {"name": "n", "annotations": {"a": "\ta\nb"}}},), "leading tabs"),
    ],
)
def test_what_kustomize_would_spoil_is_refused(objects: tuple[Any, ...], told: str) -> None:
    changed = tuple({**body, "data": {"x": "y"}} for body in objects)
    with pytest.raises(InvalidInput, match=told):
        write_kustomize(Manifests("n", objects, {"staging": changed}))
