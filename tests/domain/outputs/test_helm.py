"""Values of a chart are written by Helm itself: what it would not write readably is escaped."""

from __future__ import annotations

from typing import Any

import yaml

from migrations_app.domain.outputs.base import Manifests
from migrations_app.domain.outputs.helm import write_helm


def _note(text: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "n"}, "data": {"a": text}}


def test_control_characters_stay_readable_in_values() -> None:
    files = write_helm(Manifests("n", (_note("x"),), {"staging": (_note("y\x7f"),)})).files

    values = yaml.safe_load(files["values-staging.yaml"])
    [written] = [line for line in files["templates/configmap-n.yaml"].splitlines() if "{{" in line]
    assert "toJson" not in written
    assert values == {"nConfigMap": {"data": {"a": r'"y\u007f"'}}}
