"""``security``: what pods may do, up to the level *restricted* of Pod Security."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from migrations_app.domain.manifests.resources import mapping, sequence
from migrations_app.domain.messages import msg
from migrations_app.domain.presets.sections.section import Complaint, Section
from migrations_app.domain.presets.shape import (
    PARAMETER,
    PARAMETER_TEXT,
    Shape,
    by_name,
    flag,
    keys,
    text,
    texts,
)

LEVELS = ("restricted", "baseline", "none")

_ID = Shape(
    ("integer", "string"),
    "A number; as text only where a parameter stands in it.",
    pattern=rf"^[0-9]+$|{PARAMETER_TEXT}",
    minimum=0,
    right=msg("a number"),
)
_OF_A_CONTAINER = {
    "level": text("What Pod Security allows. restricted also makes it so.", *LEVELS),
    "capabilities": keys(
        "Beside those a level asks for; add gives back what is needed.",
        drop=texts("Such as ALL."),
        add=texts("Such as NET_BIND_SERVICE, without CAP_."),
    ),
    "allowPrivilegeEscalation": flag("Whether a program may get more rights than its parent."),
    "seccomp": Shape(
        ("object", "string"),
        "Which system calls are allowed; a profile of a node by its path below the kubelet's.",
        keys={"localhostProfile": text("Such as profiles/banking-v1.json.", nullable=False)},
        required=("localhostProfile",),
        choices=("RuntimeDefault", "Unconfined"),
    ),
    "runAsNonRoot": flag("Whether a kubelet refuses to start a container as root."),
    "user": _ID,
    "group": _ID,
    "readOnlyRoot": flag("Whether the container's own file system is read-only."),
    "writablePaths": texts("Folders to write to beside /tmp, /var/tmp and /run."),
}

_SHAPE = keys(
    "What pods and containers may do.",
    **_OF_A_CONTAINER,
    fsGroup=_ID,
    fsGroupChangePolicy=text("", "Always", "OnRootMismatch"),
    containers=by_name(keys(**_OF_A_CONTAINER), "By container name; wins over the others."),
)


def _check(section: Mapping[str, Any]) -> Iterator[Complaint]:
    yield from _check_part(section, ())
    for name, own in mapping(section.get("containers")).items():
        yield from _check_part(mapping(own), ("containers", name))


def _check_part(part: Mapping[str, Any], at: tuple[str, ...]) -> Iterator[Complaint]:
    """Paths that can be mounted, profiles below the kubelet's folder."""
    for index, path in enumerate(sequence(part.get("writablePaths"))):
        known = isinstance(path, str) and not PARAMETER.search(path)
        if known and (not path.startswith("/") or path.strip("/") == "" or ":" in path):
            yield Complaint(
                (*at, "writablePaths", index),
                msg("%(path)s is no folder in a container. Write for example /data.", path=path),
            )
    profile = mapping(part.get("seccomp")).get("localhostProfile")
    if isinstance(profile, str) and (profile.startswith("/") or ".." in profile.split("/")):
        yield Complaint(
            (*at, "seccomp", "localhostProfile"),
            msg(
                "%(path)s must be a path below the kubelet's folder of profiles, such as "
                "profiles/banking-v1.json.",
                path=profile,
            ),
        )


SECTION = Section("security", _SHAPE, _check)
