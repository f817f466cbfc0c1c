"""Objects to rehearse, made briefly."""

from __future__ import annotations

from typing import Any

import yaml

from migrations_app.domain.rehearsal.derive import RehearsalCopy, derive
from migrations_app.domain.rehearsal.peers import Part

LABELS = {"io.kakehashi.run": "r1"}


def objects(text: str) -> tuple[dict[str, Any], ...]:
    return tuple(yaml.safe_load_all(text))


def deployment(name: str, container: str = "", pod: str = "", kind: str = "Deployment") -> str:
    """A workload of one container ``app``; the arguments are flow-style YAML after a comma."""
    return f"""\
apiVersion: apps/v1
kind: {kind}
metadata: {{name: {name}, namespace: bank}}
spec:
  replicas: 3
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec: {{containers: [{{name: app, image: "localhost/{name}:1"{container}}}]{pod}}}
"""


def service(name: str, port: int = 80) -> str:
    return f"""\
---
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: bank}}
spec: {{selector: {{app: {name}}}, ports: [{{port: {port}, targetPort: 8080}}]}}
"""


def part(name: str, text: str, **images: str) -> Part:
    """A service; without images, it has the one it names."""
    return Part(name, objects(text), images or {f"localhost/{name}:1": f"sha256:{name}"})


def copy_of(
    subject: Part, *peers: Part, shared: str = "", escape_references: bool = False
) -> RehearsalCopy:
    return derive(
        subject,
        peers,
        objects(shared) if shared else (),
        prefix="kk-1-",
        labels=LABELS,
        escape_references=escape_references,
    )


def played(copy: RehearsalCopy) -> dict[str, Any]:
    """The one pod of the subject as Podman gets it."""
    (pod,) = copy.subject
    body: dict[str, Any] = yaml.safe_load(pod.text)
    return body


def told(copy: RehearsalCopy) -> list[str]:
    return [f"{d.what}: {d.manifest} → {d.played}" for d in copy.deviations]
