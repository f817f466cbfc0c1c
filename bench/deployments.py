"""Deployments as a small company has them: one container, a port, some environment."""

from __future__ import annotations

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: service-{number:05}
  labels: {{app: service-{number:05}}}
spec:
  replicas: 2
  selector:
    matchLabels: {{app: service-{number:05}}}
  template:
    metadata:
      labels: {{app: service-{number:05}}}
    spec:
      containers:
      - name: web
        image: localhost/web:latest
        ports:
        - {{name: http, containerPort: 8080}}
        env:
        - {{name: LOG_LEVEL, value: info}}
        - {{name: SERVICE, value: service-{number:05}}}
"""


def deployments(count: int) -> str:
    """That many documents, the same at every call."""
    return "---\n".join(DEPLOYMENT.format(number=number) for number in range(count))
