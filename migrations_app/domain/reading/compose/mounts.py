"""What a service mounts: volumes, paths of the host, memory, configurations."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

from migrations_app.domain.findings import Severity
from migrations_app.domain.loss import Outcome
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.domain.reading.compose import short_forms
from migrations_app.domain.reading.compose.contents import read_config
from migrations_app.domain.reading.compose.fields import Fields
from migrations_app.domain.reading.compose.nodes import Node, scalar_text
from migrations_app.domain.reading.compose.references import Shelf, is_relative
from migrations_app.domain.reading.compose.short_forms import BadForm
from migrations_app.domain.reading.compose.site import Site
from migrations_app.domain.spec import Mount, MountKind

MOST_CONTENT = 1_000_000
_OF_ENGINE = msg("The engine of this host does it; a volume of a pod has no such option.")


def read_mounts(service: str, fields: Fields, site: Site) -> tuple[Mount, ...]:
    """All mounts, one for each target."""
    found: dict[str, Mount] = {}
    made = [_volume(node, fields, site) for node in fields.mappings("volumes")]
    made += _inherited(service, fields, site)
    made += [_tmpfs(node, fields) for node in fields.items("tmpfs")]
    made += [read_config(node, fields, site) for node in fields.mappings("configs")]
    mounts = [mount for mount in made if mount is not None]
    for mount in mounts:
        found.setdefault(mount.target, mount)
    counted = {mount.places[""] for mount in found.values()}
    for place in dict.fromkeys(mount.places[""] for mount in mounts):
        if place not in counted:
            fields.account.drop_place(place, msg("Another mount of the same path counts."))
    return tuple(found.values())


def _volume(node: Node, fields: Fields, site: Site) -> Mount | None:
    inner = fields.inner(node)
    kind = inner.text("type") or "volume"
    source = inner.text("source")
    make = {"bind": _bind, "volume": _named, "tmpfs": _memory, "image": _image}.get(kind)
    if make is None:
        fields.account.trouble(
            node, msg("A mount of the kind %(kind)s has no counterpart.", kind=kind)
        )
        return None
    if kind == "bind" and not source:
        fields.account.trouble(node, msg("The mount names no path of the host."))
        return None
    read_only = inner.has("read_only")
    values: dict[str, Any] = {
        "target": inner.text("target"),
        "read_only": bool(inner.flag(read_only)) if read_only is not None else False,
        "places": {"": fields.account.take(node)},
    }
    for key in ("create_host_path", "propagation", "selinux", "recursive"):
        option = node.get("bind", key)
        if option is not None and option.spot != node.spot:
            fields.account.drop(option, _OF_ENGINE)
    if (consistency := node.get("consistency")) is not None:
        fields.account.drop(consistency, _OF_ENGINE)
    return make(inner, source, site, values)


def _bind(_inner: Fields, source: str, site: Site, values: dict[str, Any]) -> Mount:
    content = _file_content(site.shelf, source)
    entries = _folder_entries(site.shelf, source) if content is None else {}
    is_directory = False if content is not None else True if entries else None
    return Mount(
        MountKind.BIND,
        source=source,
        content=content,
        entries=entries,
        is_directory=is_directory,
        **values,
    )


def _named(inner: Fields, source: str, site: Site, values: dict[str, Any]) -> Mount:
    node = inner.node
    if (nocopy := node.get("volume", "nocopy")) is not None and nocopy.spot != node.spot:
        inner.account.drop(nocopy, msg("A claim is never filled from the image."))
    if not source:
        return Mount(MountKind.ANONYMOUS, **values)
    if not site.defines("volumes", source):
        inner.account.find(
            "CAP-07",
            Severity.MEDIUM,
            node,
            msg("Volume %(name)s is used and nowhere defined.", name=source),
            msg("Compose refuses such a file; here a claim of this name is made."),
            msg("Define it under volumes, or give the file that does."),
            subject=source,
        )
    if (other := _by_another_name(source, site)) is not None:
        kind, origin = other
        if kind is MountKind.TMPFS:
            return Mount(kind, **values)
        return _bind(inner, origin, site, values)
    sub_path = inner.text("volume", "subpath")
    return Mount(MountKind.VOLUME, source=site.volume_name(source), sub_path=sub_path, **values)


def _by_another_name(name: str, site: Site) -> tuple[MountKind, str] | None:
    """What a volume of the local driver really is: a path of the host, or memory."""
    definition = site.resource("volumes", name)
    options = definition.get("driver_opts") if definition is not None else None
    if definition is None or options is None:
        return None
    said = {key: scalar_text(item.value) for key, item in options.fields.items()}
    if said.get("type") == "tmpfs":
        kind, reason = MountKind.TMPFS, msg("Memory by another name; it is mounted as such.")
    elif "bind" in said.get("o", "").split(",") and said.get("device"):
        kind = MountKind.BIND
        reason = msg("A path of the host by another name; see the question about its mount.")
    else:
        return None
    site.account.settle(options, Outcome.CONVERTED, reason)
    return kind, said.get("device", "")


def _memory(inner: Fields, _source: str, _site: Site, values: dict[str, Any]) -> Mount:
    size = inner.size("tmpfs", "size")
    return Mount(MountKind.TMPFS, size=size if size and size > 0 else None, **values)


def _image(inner: Fields, source: str, _site: Site, values: dict[str, Any]) -> Mount:
    return Mount(MountKind.IMAGE, source=source, sub_path=inner.text("image", "subpath"), **values)


def _tmpfs(node: Node, fields: Fields) -> Mount | None:
    target, _colon, options = scalar_text(node.value).partition(":")
    size: int | None = None
    mode: int | None = None
    kept: list[str] = []
    for option in filter(None, options.split(",")):
        name, _equals, value = option.partition("=")
        if name == "size":
            try:
                size = short_forms.size(value)
            except BadForm as error:
                fields.account.trouble(node, error.message)
                return None
        elif name == "mode" and value.isdigit() and set(value) <= set("01234567"):
            mode = int(value, 8)
        else:
            kept.append(option)
    if not target.startswith("/"):
        fields.account.trouble(node, msg("A tmpfs is mounted at a path from the root."))
        return None
    return Mount(
        MountKind.TMPFS,
        posixpath.normpath(target),
        read_only="ro" in kept,
        options=tuple(kept),
        size=size,
        mode=mode,
        places={"": fields.account.take(node)},
    )


def _inherited(service: str, fields: Fields, site: Site) -> list[Mount | None]:
    """The mounts of other services (``volumes_from``), which here are mounted once more."""
    found: list[Mount | None] = []
    for node in fields.items("volumes_from"):
        text = scalar_text(node.value)
        if text.startswith("container:"):
            fields.account.trouble(
                node, msg("The volumes of a container outside of the project are not known.")
            )
            continue
        name, _colon, access = text.partition(":")
        other = site.model.get("services", name)
        if other is None or name == service:
            fields.account.trouble(node, msg("There is no service %(name)s.", name=name))
            continue
        shared = _shared_by(name, other, site, node.place)
        if not shared:
            fields.account.drop(node, msg("The service has no volumes."))
            continue
        fields.account.take(node)
        found += [mount if access != "ro" else _read_only(mount) for mount in shared]
    return found


def _shared_by(name: str, other: Node, site: Site, place: Place) -> list[Mount]:
    """Mounts of a service as another one sees them: at the same paths, from the same sources."""
    made: list[Mount] = []
    inner = Fields(other, site.account)
    for node in inner.mappings("volumes"):
        mount = _volume(node, inner, site)
        if mount is None:
            continue
        kind, source = mount.kind, mount.source
        if kind is MountKind.ANONYMOUS:
            site.account.find(
                "CAP-07",
                Severity.MEDIUM,
                node,
                msg(
                    "Other services use the volume without a name at %(target)s of %(name)s.",
                    target=mount.target,
                    name=name,
                ),
                msg("Pods share volumes by name only, so each gets a folder of its own."),
                msg("Give the volume a name."),
            )
        made.append(_at(mount, kind, source, place))
    return made


def _at(mount: Mount, kind: MountKind, source: str, place: Place) -> Mount:
    return Mount(
        kind,
        mount.target,
        source,
        read_only=mount.read_only,
        content=mount.content,
        is_directory=mount.is_directory,
        entries=mount.entries,
        sub_path=mount.sub_path,
        places={"": place},
    )


def _read_only(mount: Mount) -> Mount:
    return Mount(
        mount.kind,
        mount.target,
        mount.source,
        read_only=True,
        content=mount.content,
        is_directory=mount.is_directory,
        entries=mount.entries,
        sub_path=mount.sub_path,
        places=mount.places,
    )


def _file_content(shelf: Shelf, source: str) -> str | None:
    text = shelf.peek(source) if is_relative(source) else None
    return text if text is not None and len(text.encode()) <= MOST_CONTENT else None


def _folder_entries(shelf: Shelf, source: str) -> Mapping[str, str]:
    """The files of a small folder that came with the project."""
    if not is_relative(source):
        return {}
    folder = shelf.name_of(source) + "/"
    names = [name for name in shelf.desk.files.names() if name.startswith(folder)]
    if not names or any("/" in name.removeprefix(folder) for name in names):
        return {}
    found: dict[str, str] = {}
    for name in names:
        text = _file_content(shelf, posixpath.join(source, name.removeprefix(folder)))
        if text is None:
            return {}
        found[name.removeprefix(folder)] = text
    total = sum(len(text.encode()) for text in found.values())
    return found if total <= MOST_CONTENT else {}
