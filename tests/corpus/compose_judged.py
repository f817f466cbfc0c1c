"""Our reading of a compose file and compose-go's, made comparable value by value.

Both are brought into one form: sizes are bytes, times seconds, paths have no ``./``, and what is
empty is left out, since compose-go's JSON says the same thing in several ways.
"""

from __future__ import annotations

import json
import os
import posixpath
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrations_app.adapters.folders import FolderFiles
from migrations_app.domain.bundle import Missing, SourceKind
from migrations_app.domain.reading.compose import short_forms
from migrations_app.domain.reading.compose.nodes import plain, scalar_text
from migrations_app.domain.reading.compose.parsing import Parser
from migrations_app.domain.reading.compose.projects import Files
from migrations_app.domain.reading.compose.reader import read_compose, resolved
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.reading import Desk, Given, TextMember

_SIZES = frozenset({"mem_limit", "mem_reservation", "memswap_limit", "shm_size", "memory", "size"})
_TIMES = frozenset(
    {"interval", "timeout", "start_period", "start_interval", "stop_grace_period", "delay"}
    | {"monitor", "window"}
)
_NUMBERS = frozenset(
    {"cpus", "cpu_shares", "cpu_quota", "cpu_period", "pids_limit", "retries", "target", "soft"}
    | {"hard", "replicas", "parallelism", "max_failure_ratio", "max_attempts", "scale", "pids"}
    | {"oom_score_adj", "mem_swappiness"}
)
_FLAGS = frozenset(
    {"read_only", "privileged", "init", "tty", "stdin_open", "external", "internal", "attachable"}
    | {"required", "restart", "disable", "enable_ipv6", "nocopy", "oom_kill_disable"}
)
_PATHS = frozenset({"context", "source", "file", "path"})
_EMPTY: tuple[Any, ...] = (None, {}, [], "")


@dataclass(frozen=True)
class Difference:
    """Where the two differ, and what each of them says."""

    path: str
    ours: Any
    judged: Any

    def __str__(self) -> str:
        return f"{self.path}: ours {self.ours!r}, compose-go {self.judged!r}"


@dataclass
class _WithoutDotEnv:
    """The files of a folder, its ``.env`` hidden from variables as the judge does not see it.

    A service that names the file as its ``env_file`` reads it as any other.
    """

    inner: FolderFiles
    hidden: str

    def names(self) -> tuple[str, ...]:
        return self.inner.names()

    def read(self, relative: str) -> bytes:
        if relative == self.hidden:
            self.hidden = ""
            raise Missing(relative)
        return self.inner.read(relative)


def judged(judges: Path, *files: Path) -> list[dict[str, Any]]:
    """What compose-go says of the files of one folder: ``read`` or ``error``, one for each."""
    surroundings = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    done = subprocess.run(
        [judges / "judges", "compose", *(file.name for file in files)],
        capture_output=True,
        text=True,
        check=True,
        cwd=files[0].parent,
        env=surroundings,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def ours(file: Path, root: Path) -> dict[str, Any]:
    """Our resolved model of a file, all profiles on.

    Raises:
        UnreadableSource: we refuse the file.
    """
    name = str(file)
    text = file.read_text(encoding="utf-8")
    member = TextMember(name, text, SourceKind.COMPOSE)
    model, _loader, _environment = resolved(Files((member,)), _desk(name, root), Parser(STRICT))
    values: dict[str, Any] = plain(model)
    reading = read_compose([member], _desk(name, root))
    for spec in reading.specs:
        for container in (item for item in spec.containers if not item.init):
            service = values["services"][container.name]
            unset = {k: v for k, v in service.get("environment", {}).items() if v is None}
            service["environment"] = {**unset, **container.environment}
    return values


def _desk(name: str, root: Path) -> Desk:
    files = _WithoutDotEnv(FolderFiles.of([name], root), str(Path(name).parent / ".env"))
    return Desk(files, STRICT, Given(profiles=("*",)))


def differences(ours_: Mapping[str, Any], judged_: Mapping[str, Any]) -> Iterator[Difference]:
    """All fields on which they differ."""
    yield from _compared(_form(_with_networks(ours_)), _form(judged_), "")


def _with_networks(model: Mapping[str, Any]) -> dict[str, Any]:
    """Our model with the network that compose-go adds where nothing else is said."""
    services = {name: dict(service) for name, service in model.get("services", {}).items()}
    networks = dict(model.get("networks") or {})
    for service in services.values():
        if not {"network_mode", "provider"} & set(service) and not service.get("networks"):
            service["networks"] = {"default": None}
        if "default" in (service.get("networks") or {}):
            networks.setdefault("default", None)
        for hook in service.get("pre_start", ()):
            if "networks" in service:
                hook["networks"] = {**service["networks"], **(hook.get("networks") or {})}
        deploy = service.get("deploy")
        if deploy and service.get("scale") is not None:
            service["deploy"] = {**deploy, "replicas": service["scale"]}
    return {**model, "services": services, "networks": networks}


def _form(value: Any, path: tuple[str, ...] = ()) -> Any:
    if isinstance(value, Mapping):
        formed = {
            key: _form(item, (*path, key))
            for key, item in value.items()
            if not _is_ignored((*path, key), item)
        }
        if path[:1] in _RESOURCES and len(path) == 1:
            return {key: item or {} for key, item in formed.items()}
        if path[-1:] in _NAMES_COUNT and path[:1] == ("services",):
            return formed
        return {
            key: item
            for key, item in formed.items()
            if item not in _EMPTY and not (item is False and key != "required")
        }
    if isinstance(value, list):
        items = [_form(item, (*path, "[]")) for item in value]
        return (
            sorted(items, key=lambda item: json.dumps(item, sort_keys=True))
            if path[-1] in _UNORDERED
            else items
        )
    return _scalar(value, path)


_RESOURCES = (("networks",), ("volumes",), ("secrets",), ("configs",))
_NAMES_COUNT = (("networks",), ("environment",), ("args",), ("depends_on",))
_UNORDERED = frozenset({"extra_hosts", "ports"})


def _is_ignored(path: tuple[str, ...], value: Any) -> bool:
    """What only says how files are put together, and names that follow from others."""
    if len(path) == 1:
        return path[0] in ("version", "name", "include") or path[0].startswith("x-")
    if path[-2:] == ("bind", "create_host_path"):
        return True
    if path[:1] == ("services",):
        return len(path) == 3 and path[2] in ("env_file", "extends")
    return len(path) == 3 and path[2] == "name" and value in (path[1], f"judged_{path[1]}")


def _scalar(value: Any, path: tuple[str, ...]) -> Any:
    key = path[-1] if path[-1] != "[]" else path[-2]
    if value is None or {"environment", "labels", "args", "annotations"} & set(path[:-1]):
        return value
    try:
        if key == "mode" and path[-1] == "mode" and {"secrets", "configs"} & set(path):
            return int(value, 8) if isinstance(value, str) else value
        if key in _SIZES:
            return short_forms.size(value)
        if key in _TIMES:
            return round(short_forms.seconds(value), 9)
        if (key in _NUMBERS or "ulimits" in path) and not isinstance(value, bool):
            return float(value)
    except (ValueError, short_forms.BadForm):
        return value
    if key in _FLAGS and isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower(), value)
    if key in _PATHS and value and isinstance(value, str) and "://" not in value:
        return posixpath.normpath(value)
    return value if isinstance(value, bool) else scalar_text(value)


def _compared(left: Any, right: Any, path: str) -> Iterator[Difference]:
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted({*left, *right}):
            yield from _compared(left.get(key), right.get(key), f"{path}/{key}")
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for index, (one, other) in enumerate(zip(left, right, strict=True)):
            yield from _compared(one, other, f"{path}/{index}")
    elif left != right and not (left in _EMPTY and right in _EMPTY):
        yield Difference(path, left, right)
