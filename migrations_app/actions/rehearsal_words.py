"""What a rehearsal calls things."""

from __future__ import annotations

from migrations_app.domain.messages import Message, msg
from migrations_app.domain.rehearsal.values import PodCopy, ProbeAction
from migrations_app.ports import ContainerState


def short(pod: PodCopy, container: str) -> str:
    """The container's name within its pod: Podman puts the pod's name before it."""
    return container.removeprefix(f"{pod.name}-")


def describe(action: ProbeAction) -> str:
    return {"http": "GET", "tcp": "connect", "exec": "exec", "grpc": "grpc"}[action.value]


def exit_message(pod: PodCopy, state: ContainerState) -> Message:
    if state.oom_killed:
        return msg(
            "Container %(container)s was killed because it used more memory than its limit.",
            container=short(pod, state.name),
        )
    return msg(
        "Container %(container)s ended with exit code %(code)s.",
        container=short(pod, state.name),
        code=state.exit_code,
    )
