"""Hooks before the start of a service: containers of its own making that run to their end first."""

from __future__ import annotations

from dataclasses import replace

from migrations_app.domain.names import to_label
from migrations_app.domain.reading.compose.account import Account
from migrations_app.domain.reading.compose.container import read_container
from migrations_app.domain.reading.compose.merging import merge
from migrations_app.domain.reading.compose.nodes import Node
from migrations_app.domain.reading.compose.site import Site
from migrations_app.domain.spec import ContainerSpec

_OF_THE_WORKLOAD = frozenset(
    {"attach", "build", "container_name", "depends_on", "deploy", "develop", "expose", "extends"}
    | {"external_links", "healthcheck", "links", "net", "ports", "post_start", "pre_start"}
    | {"pre_stop", "profiles", "provider", "restart", "scale", "stdin_open", "tty", "volumes"}
)
"""What a hook does not take over from its service; of volumes it mounts the service's own."""


def inherited(service: Node) -> Node:
    """The service with its hooks completed by what it says itself."""
    hooks = service.get("pre_start")
    if hooks is None or not hooks.is_list:
        return service
    base = {
        key: item
        for key, item in service.fields.items()
        if key not in _OF_THE_WORKLOAD and not key.startswith("x-")
    }
    # Nothing is lost of a service by what its hook says otherwise, so nobody is told.
    unheard = Account("")
    made = [
        merge(replace(service, value=base).clone(), hook, unheard, ("services", ""))
        if hook.is_mapping
        else hook
        for hook in hooks.items
    ]
    return replace(service, value={**service.fields, "pre_start": replace(hooks, value=made)})


def read_hooks(node: Node, main: ContainerSpec, site: Site) -> list[ContainerSpec]:
    """The hooks as init containers, in the image of the service unless they name one."""
    hooks = node.get("pre_start")
    found: list[ContainerSpec] = []
    for number, hook in enumerate(hooks.items if hooks is not None else (), 1):
        if not hook.is_mapping:
            continue
        if "image" not in hook.fields:
            image = main.image or f"localhost/{to_label(main.name)}:latest"
            hook = replace(hook, value={**hook.fields, "image": hook.made(image)})
        container = read_container(f"{main.name}-before-{number}", hook, site)
        own = {mount.target for mount in container.mounts}
        mounts = [mount for mount in main.mounts if mount.target not in own]
        found.append(
            replace(
                container,
                init=True,
                labels={},
                annotations={},
                mounts=(*container.mounts, *mounts),
            )
        )
    return found
