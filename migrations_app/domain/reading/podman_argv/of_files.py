"""Options about file systems: volumes, mounts, tmpfs, secrets, devices."""

from __future__ import annotations

from collections.abc import Mapping

from migrations_app.domain.loss import Outcome
from migrations_app.domain.messages import msg
from migrations_app.domain.reading.podman_argv import values
from migrations_app.domain.reading.podman_argv.draft import Draft
from migrations_app.domain.reading.podman_argv.given import Given, key_values
from migrations_app.domain.spec import Mount, MountKind, SecretUse

SECRETS_FOLDER = "/run/secrets/"
WRITABLE_WITH_READ_ONLY_ROOT = ("/tmp", "/var/tmp", "/run")  # noqa: S108 - what Podman mounts
_SECRET_MODE = 0o444
_LARGEST_TEXT = 1024 * 1024
_SOURCES = ("source", "src")
_TARGETS = ("destination", "target", "dst")
_READ_ONLY = ("ro", "readonly")
_KINDS = {
    "bind": MountKind.BIND,
    "glob": MountKind.BIND,
    "volume": MountKind.VOLUME,
    "tmpfs": MountKind.TMPFS,
    "ramfs": MountKind.TMPFS,
    "image": MountKind.IMAGE,
    "devpts": MountKind.DEVPTS,
}


def volume(draft: Draft, given: Given) -> None:
    """``[SOURCE:]TARGET[:OPTIONS]``; a source with a slash or a dot in front is a path."""
    parts = given.value.split(":")
    if len(parts) > 3 or not parts[-1]:
        draft.refuse(given, "data:/var/lib/data:ro")
        return
    if len(parts) == 1:
        _add(draft, given, MountKind.ANONYMOUS, "", parts[0], ())
        return
    options = tuple(word for word in parts[2].split(",") if word) if len(parts) == 3 else ()
    source, target = parts[0], parts[1]
    kind = MountKind.BIND if source.startswith(("/", ".", "~")) else MountKind.VOLUME
    _add(draft, given, kind if source else MountKind.ANONYMOUS, source, target, options)


def mount(draft: Draft, given: Given) -> None:
    """``type=…,source=…,target=…`` in the order one likes; without a type it is a volume."""
    said = dict(_pairs(given.value))
    kind = _KINDS.get(said.get("type", "volume"))
    source = next((said[key] for key in _SOURCES if said.get(key)), "")
    target = next((said[key] for key in _TARGETS if said.get(key)), "")
    if said.get("type") == "artifact":
        draft.drop(given, msg("No volume of a pod holds an artifact; put its files into an image."))
        return
    if kind is None or not (target or (kind is MountKind.BIND and source)):
        draft.refuse(given, "type=bind,source=./conf,target=/etc/conf")
        return
    if kind is MountKind.VOLUME and not source:
        kind = MountKind.ANONYMOUS
    known = {"type", *_SOURCES, *_TARGETS, "subpath"}
    options = [f"{k}={v}" if v else k for k, v in said.items() if k not in known]
    if said.get("type") in ("glob", "ramfs"):
        options.append(said["type"])
    _add(
        draft,
        given,
        kind,
        source,
        target or source,
        tuple(options),
        sub_path=said.get("subpath", "").lstrip("/"),
    )


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    parts = (item.partition("=") for item in values.listed(text) if item)
    return tuple((key.strip(), value) for key, _equals, value in parts)


def tmpfs(draft: Draft, given: Given) -> None:
    target, _colon, options = given.value.partition(":")
    if not target.startswith("/"):
        draft.refuse(given, "/cache:size=64m")
        return
    words = tuple(word for word in options.split(",") if word)
    _add(draft, given, MountKind.TMPFS, "", target, words)


def _add(
    draft: Draft,
    given: Given,
    kind: MountKind,
    source: str,
    target: str,
    options: tuple[str, ...],
    sub_path: str = "",
) -> None:
    said = _spelled(options)
    text, folder = _content(draft, source) if kind is MountKind.BIND else (None, None)
    size = said.get("tmpfs-size") or said.get("size", "")
    mode = said.get("tmpfs-mode") or said.get("mode", "")
    draft.mounts.append(
        Mount(
            kind=kind,
            target=target,
            source=_seen_from_top(draft, source) if kind is MountKind.BIND else source,
            read_only=_is_read_only(kind, said),
            options=options,
            content=text,
            is_directory=folder,
            size=values.size(size) if kind is MountKind.TMPFS else None,
            mode=values.octal(mode) if kind is MountKind.TMPFS else None,
            sub_path=sub_path,
            places={"": given.place},
        )
    )


def _is_read_only(kind: MountKind, said: Mapping[str, str]) -> bool:
    """Images are mounted to be read unless it says otherwise, all else to be written."""
    if kind is MountKind.IMAGE:
        return said.get("rw", said.get("readwrite", "false")) not in ("true", "")
    return any(said.get(word, "false") in ("", "true") for word in _READ_ONLY)


def _spelled(options: tuple[str, ...]) -> Mapping[str, str]:
    parts = (option.partition("=") for option in options)
    return {key: value for key, _equals, value in parts}


def _seen_from_top(draft: Draft, source: str) -> str:
    """A path relative to the command's folder, as members of the bundle are named."""
    if source.startswith(("/", "~")):
        return source
    path = draft.reach.within(source)
    return path if path.startswith(("/", ".")) else f"./{path}"


def _content(draft: Draft, source: str) -> tuple[str | None, bool | None]:
    """The text of a mounted file, if it is in reach, and whether the source is a folder."""
    if source.startswith(("/", "~")):
        return None, None
    if draft.reach.is_folder(source):
        return None, True
    data = draft.reach.read(source)
    if data is None or len(data) > _LARGEST_TEXT:
        return None, None if data is None else False
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None, False
    return (None if "\0" in text else text), False


def secret(draft: Draft, given: Given) -> None:
    """``NAME[,type=mount|env][,target=…][,uid=…][,gid=…][,mode=…]``."""
    first, _comma, rest = given.value.partition(",")
    said = dict(key_values(rest))
    if "=" in first:
        said |= key_values(first)
        first = said.get("source", "")
    kind = said.get("type", "mount")
    mode = values.octal(said["mode"]) if "mode" in said else _SECRET_MODE
    owners = [values.number(said.get(key, "0")) for key in ("uid", "gid")]
    if not first or kind not in ("mount", "env") or mode is None or None in owners:
        draft.refuse(given, "db-password,type=env,target=DB_PASSWORD")
        return
    target = said.get("target", "")
    if kind == "env":
        target = target or first
    elif not target.startswith("/"):
        target = SECRETS_FOLDER + (target or first)
    draft.secrets.append(
        SecretUse(
            name=first,
            as_env=kind == "env",
            target=target,
            mode=None if mode == _SECRET_MODE or kind == "env" else mode,
            uid=owners[0] or None,
            gid=owners[1] or None,
            places={"": given.place},
        )
    )


def device(draft: Draft, given: Given) -> None:
    """``HOST[:CONTAINER[:rwm]]``, with Podman's own defaults filled in."""
    host, _colon, rest = given.value.partition(":")
    inner, _colon, rights = rest.partition(":")
    if not host.startswith("/"):
        draft.add(draft.container, "devices", given.value, given)
        return
    if inner and not inner.startswith("/"):
        inner, rights = "", inner
    draft.add(draft.container, "devices", f"{host}:{inner or host}:{rights or 'rwm'}", given)


def gpus(draft: Draft, given: Given) -> None:
    draft.container.set("gpus", given.value, given.place)


def volumes_from(draft: Draft, given: Given) -> None:
    """Whose mounts it shares; who has the other container at hand adds them."""
    draft.volumes_from.append(given)


def image_volumes(draft: Draft, given: Given) -> None:
    """What becomes of the VOLUMEs of an image, which only its inspection names."""
    if given.value in ("anonymous", "bind"):
        draft.needless(given, msg("As it is without."))
    else:
        reason = msg("Which volumes the image declares is not known; mount each one by itself.")
        draft.row(given, Outcome.DROPPED, reason)


def read_only_root(draft: Draft, given: Given) -> None:
    if given.on:
        draft.security.set("read_only_root", value=True, place=given.place)
    else:
        draft.needless(given, msg("Switched off, as it is without."))


def read_only_tmpfs(draft: Draft, given: Given) -> None:
    draft.settings["read-only-tmpfs"] = given
    draft.needless(given, msg("Says which folders stay writable under a read-only root."))
