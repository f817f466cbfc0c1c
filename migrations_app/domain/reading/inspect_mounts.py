"""File systems and secrets of an inspected container."""

from __future__ import annotations

import re
from collections.abc import Mapping

from migrations_app.domain.messages import Message, msg
from migrations_app.domain.reading.inspect_capture import MountNotes
from migrations_app.domain.reading.inspect_process import Origins
from migrations_app.domain.reading.inspections import Inspection
from migrations_app.domain.reading.podman_argv import CreateCommand, key_values
from migrations_app.domain.spec import Mount, MountKind, SecretUse

SECRETS_FOLDER = "/run/secrets/"
WRITABLE_WITH_READ_ONLY_ROOT = ("/tmp", "/var/tmp", "/run")  # noqa: S108 - what Podman mounts
_ANONYMOUS = re.compile(r"[0-9a-f]{64}")
_KINDS = {
    "bind": MountKind.BIND,
    "volume": MountKind.VOLUME,
    "tmpfs": MountKind.TMPFS,
    "image": MountKind.IMAGE,
    "devpts": MountKind.DEVPTS,
}
_UNITS = {"": 1, "b": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
_SECRET_MODE = 0o444


def is_anonymous(volume: str) -> bool:
    """Whether Podman made up the name of a volume."""
    return bool(_ANONYMOUS.fullmatch(volume))


def read_mounts(origins: Origins, notes: MountNotes) -> tuple[Mount, ...]:
    """Every mount: those that Podman lists, tmpfs, and what a read-only root makes writable."""
    container = origins.container
    mounts = [
        mount
        for index, item in enumerate(container.sequence("Mounts"))
        if isinstance(item, dict) and (mount := _mount(container, index, notes))
    ]
    listed = {mount.target for mount in mounts}
    for target, options in container.mapping("HostConfig", "Tmpfs").items():
        if target not in listed:
            mounts.append(_tmpfs(container, target, str(options or "")))
    return (*mounts, *_of_read_only_root(origins, {mount.target for mount in mounts}))


def _mount(container: Inspection, index: int, notes: MountNotes) -> Mount | None:
    path = ("Mounts", index)
    target = container.text(*path, "Destination")
    kind = _KINDS.get(container.text(*path, "Type"))
    if not target or kind is None:
        return None
    name, source = container.text(*path, "Name"), container.text(*path, "Source")
    options = (*container.texts(*path, "Options"), *_mode_options(container, index))
    if kind is MountKind.VOLUME:
        kind = MountKind.ANONYMOUS if is_anonymous(name) else kind
        source = name
    place = container.place(*path)
    if kind is MountKind.TMPFS:
        return _tmpfs(container, target, ",".join(options))
    if kind is MountKind.BIND and re.fullmatch(r"[a-z]+", source):
        container.drop(path, msg("A file system of the kernel, which a node mounts by itself."))
        return None
    return Mount(
        kind=kind,
        target=target,
        source=source,
        read_only=container.get(*path, "RW") is False or "ro" in options,
        options=options,
        content=notes.files.get(source) if kind is MountKind.BIND else None,
        is_directory=notes.is_directory(source) if kind is MountKind.BIND else None,
        places={"": place},
    )


def _mode_options(container: Inspection, index: int) -> tuple[str, ...]:
    mode = container.text("Mounts", index, "Mode")
    return tuple(option for option in mode.split(",") if option)


def _tmpfs(container: Inspection, target: str, text: str) -> Mount:
    options = tuple(option for option in text.split(",") if option)
    values = key_values(text)
    mode = values.get("mode", "")
    return Mount(
        kind=MountKind.TMPFS,
        target=target,
        read_only="ro" in options,
        options=options,
        size=parse_size(values.get("size", "")),
        mode=int(mode, 8) if re.fullmatch("[0-7]{1,5}", mode) else None,
        places={"": container.place("HostConfig", "Tmpfs", target)},
    )


def _of_read_only_root(origins: Origins, taken: set[str]) -> tuple[Mount, ...]:
    """The folders that ``--read-only`` leaves writable; Podman 5 no longer lists them."""
    container, created = origins.container, origins.created
    if not container.flag("HostConfig", "ReadonlyRootfs"):
        return ()
    if created is not None and created.flag("read-only-tmpfs") is False:
        return ()
    if "lockNumber" not in container.value:
        return ()
    place = container.spot("HostConfig", "ReadonlyRootfs")
    return tuple(
        Mount(kind=MountKind.TMPFS, target=target, places={"": place})
        for target in WRITABLE_WITH_READ_ONLY_ROOT
        if target not in taken
    )


def parse_size(text: str) -> int | None:
    """``64m`` in bytes; None for what is not a plain size (a share of memory, nothing)."""
    match = re.fullmatch(r"(\d+)([bkmgt]?)b?", text.strip().lower())
    return int(match.group(1)) * _UNITS[match.group(2)] if match else None


def read_secrets(origins: Origins) -> tuple[SecretUse, ...]:
    """Podman secrets: files as inspected, variables from the command, which alone names them."""
    container, created = origins.container, origins.created
    options = _secret_options(created)
    uses: list[SecretUse] = []
    for index, item in enumerate(container.sequence("Config", "Secrets")):
        name = container.text("Config", "Secrets", index, "Name")
        if not isinstance(item, dict) or not name:
            continue
        mounted = [o for o in options.get(name, ()) if o.get("type", "mount") == "mount"]
        earlier = sum(use.name == name for use in uses)
        target = mounted[earlier].get("target", "") if earlier < len(mounted) else ""
        mode = container.number("Config", "Secrets", index, "Mode") or _SECRET_MODE
        uses.append(
            SecretUse(
                name=name,
                as_env=False,
                target=target if target.startswith("/") else SECRETS_FOLDER + (target or name),
                mode=None if mode == _SECRET_MODE else mode,
                uid=container.number("Config", "Secrets", index, "UID") or None,
                gid=container.number("Config", "Secrets", index, "GID") or None,
                places={"": container.place("Config", "Secrets", index)},
            )
        )
    return (*uses, *_secret_variables(container, created))


def _secret_options(
    created: CreateCommand | None,
) -> Mapping[str, list[Mapping[str, str]]]:
    found: dict[str, list[Mapping[str, str]]] = {}
    for given in created.all("secret") if created else ():
        name, values = _secret_option(given.value)
        found.setdefault(name, []).append(values)
    return found


def _secret_option(text: str) -> tuple[str, Mapping[str, str]]:
    """``NAME,type=env,target=T`` or ``source=NAME,…`` as the name and the rest."""
    first, _comma, rest = text.partition(",")
    if "=" in first:
        values = key_values(text)
        return values.get("source", ""), values
    return first, key_values(rest)


def _secret_variables(
    container: Inspection, created: CreateCommand | None
) -> tuple[SecretUse, ...]:
    uses: list[SecretUse] = []
    for given in created.all("secret") if created else ():
        name, values = _secret_option(given.value)
        if name and values.get("type") == "env":
            place = container.place("Config", "CreateCommand", given.index)
            target = values.get("target") or name
            uses.append(SecretUse(name=name, as_env=True, target=target, places={"": place}))
    return tuple(uses)


def tell_lost_mounts(origins: Origins, mounts: tuple[Mount, ...]) -> None:
    """What the command mounts and the inspection does not show: overlays and images."""
    created, container = origins.created, origins.container
    shown = {mount.target.rstrip("/") for mount in mounts}
    for given in created.given if created else ():
        target = _target_of(given.option, given.value).rstrip("/")
        if target and target not in shown:
            container.drop(
                ("Config", "CreateCommand", given.index),
                _why_lost(given.option, given.value),
            )


def _why_lost(option: str, value: str) -> Message:
    if option == "volume" and "O" in value.rpartition(":")[2].split(","):
        return msg("An overlay on a folder of the host: copy the folder into the image instead.")
    if key_values(value).get("type") == "image":
        return msg("Mounting an image needs a recent cluster; copy its files into this image.")
    return msg("Podman's inspection does not show this mount, so nothing is known of it.")


def _target_of(option: str, value: str) -> str:
    if option == "mount":
        values = key_values(value)
        keys = ("destination", "target", "dst")
        return next((values[key] for key in keys if values.get(key)), "")
    if option == "volume":
        parts = value.split(":")
        return parts[1] if len(parts) > 1 else parts[0]
    return ""
