"""Taking things away again, by their label and whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from migrations_app.adapters.podman.connection import Connection, segment
from migrations_app.adapters.podman.errors import NotThere
from migrations_app.adapters.podman.listing import filters
from migrations_app.domain.errors import EngineError, EngineUnreachable

REMOVE_SECONDS = 60.0
KILL_SECONDS = 5.0


def remove_labelled(connection: Connection, label: str, value: str) -> list[str]:
    """Remove all that carries the label. What cannot be removed does not save the rest from it."""
    wanted = f"{label}={value}"
    containers = connection.get("containers/json", _all(wanted)) or []
    pods = connection.get("pods/json", filters(label=wanted)) or []
    owners = {str(pod["Id"]) for pod in pods}
    for pod in owners:
        _kill_pod(connection, pod)
    doomed = [(f"pod/{pod['Name']}", f"pods/{segment(str(pod['Id']))}") for pod in pods]
    doomed += [
        (f"container/{item['Names'][0]}", f"containers/{segment(str(item['Id']))}")
        for item in containers
        if item.get("Pod") not in owners
    ]
    doomed += [(f"{t.kind}/{t.name}", t.path) for t in _things(connection, wanted)]
    removed: list[str] = []
    while doomed:
        done, failed = _pass(connection, doomed)
        removed += done
        # Some go only when others that depend on them are gone; no progress is the end of it.
        if failed and len(failed) == len(doomed):
            raise failed[0].error
        doomed = [(one.what, one.path) for one in failed]
    return removed


@dataclass(frozen=True, slots=True)
class _Failed:
    what: str
    path: str
    error: EngineError


def _pass(
    connection: Connection, doomed: Sequence[tuple[str, str]]
) -> tuple[list[str], list[_Failed]]:
    """Try to remove each of them once: what was removed, and what was not."""
    removed: list[str] = []
    failed: list[_Failed] = []
    for what, path in doomed:
        try:
            if _delete(connection, path):
                removed.append(what)
        except EngineUnreachable:
            raise
        except EngineError as error:
            failed.append(_Failed(what, path, error))
    return removed, failed


def labelled(connection: Connection, label: str) -> Mapping[str, Mapping[str, str]]:
    found: dict[str, Mapping[str, str]] = {}
    for pod in connection.get("pods/json", filters(label=label)) or []:
        found[f"pod/{pod['Name']}"] = _texts(pod.get("Labels"))
    for item in connection.get("containers/json", _all(label)) or []:
        if not item.get("Pod"):
            found[f"container/{item['Names'][0]}"] = _texts(item.get("Labels"))
    for thing in _things(connection, label):
        found[f"{thing.kind}/{thing.name}"] = thing.labels
    return found


def _kill_pod(connection: Connection, pod: str) -> None:
    """End what runs in a pod at once, so that removing it does not wait for who heeds no signal.

    A pod that is still starting holds its own lock: then its containers are ended one by one, which
    Podman takes longer to clean up after.
    """
    signal = {"signal": "SIGKILL"}
    try:
        connection.post(f"pods/{segment(pod)}/kill", signal, seconds=KILL_SECONDS)
    except EngineUnreachable:
        listed = connection.get("containers/json", {"all": "true", **filters(pod=pod)}) or []
        for item in listed:
            with suppress(EngineError):
                connection.post(f"containers/{segment(str(item['Id']))}/kill", signal)
    except EngineError:
        return  # nothing of it runs, or it is gone


def _delete(connection: Connection, path: str) -> bool:
    """False: it was gone already."""
    params = {"force": "true"}
    if not path.startswith(("volumes/", "secrets/")):
        params["timeout"] = "0"
    if path.startswith("containers/"):
        params["v"] = "true"
    try:
        connection.delete(path, params, seconds=REMOVE_SECONDS)
    except NotThere:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Thing:
    """A volume, secret or network; ``path`` is the API's."""

    kind: str
    path: str
    name: str
    labels: Mapping[str, str]


def _things(connection: Connection, wanted: str) -> list[_Thing]:
    found: list[_Thing] = []
    for item in connection.get("volumes/json", filters(label=wanted)) or []:
        name = str(item["Name"])
        path = f"volumes/{segment(name)}"
        found.append(_Thing("volume", path, name, _texts(item.get("Labels"))))
    found += _secrets(connection, wanted)
    for item in connection.get("networks/json", filters(label=wanted)) or []:
        name = str(item["name"])
        path = f"networks/{segment(name)}"
        found.append(_Thing("network", path, name, _texts(item.get("labels"))))
    return found


def _secrets(connection: Connection, wanted: str) -> Iterator[_Thing]:
    for item in connection.get("secrets/json") or []:
        path = f"secrets/{segment(str(item['ID']))}"
        labels = item["Spec"].get("Labels")
        if labels is None:
            # Podman 4.3 tells labels only to whoever asks for this one secret.
            try:
                labels = connection.get(f"{path}/json")["Spec"].get("Labels")
            except NotThere:
                continue
        if _carries(_texts(labels), wanted):
            yield _Thing("secret", path, str(item["Spec"]["Name"]), _texts(labels))


def _carries(labels: Mapping[str, str], wanted: str) -> bool:
    key, equals, value = wanted.partition("=")
    return key in labels and (not equals or labels[key] == value)


def _all(label: str) -> dict[str, str]:
    return {"all": "true", **filters(label=label)}


def _texts(labels: Any) -> dict[str, str]:
    return {str(key): str(value) for key, value in (labels or {}).items()}
