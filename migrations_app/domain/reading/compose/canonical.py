"""Every way to write a thing as one: short forms become long ones, lists of pairs mappings.

Done for each file before files are put on top of each other, so that what is written in two ways
meets in one. Defaults come last (``defaults.py``): a default of one file must not win over
what another one says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from migrations_app.domain.errors import Problem
from migrations_app.domain.messages import msg
from migrations_app.domain.reading.compose import short_forms
from migrations_app.domain.reading.compose.account import Account
from migrations_app.domain.reading.compose.nodes import Node, scalar_text
from migrations_app.domain.reading.compose.short_forms import BadForm
from migrations_app.domain.reading.dialects import RESET

Shape = Callable[[Node, Account], Node | None]
"""Makes the long form of a value; None: nothing can be made of it."""

SECTIONS = ("services", "jobs", "networks", "volumes", "secrets", "configs", "models")


def canonical(model: Node, account: Account) -> Node:
    """The model of one file with every short form written out."""
    fields = dict(model.fields)
    for name in SECTIONS:
        section = fields.get(name)
        if section is None:
            continue
        if not section.is_mapping:
            del fields[name]
            if section.value is not None:
                message = msg("%(name)s must be a mapping of names.", name=name)
                account.problems.append(Problem("compose_shape", message, section.place))
            continue
        make = _service if name in ("services", "jobs") else _resource
        made = {key: make(item, account) for key, item in section.fields.items()}
        fields[name] = replace(
            section, value={key: item for key, item in made.items() if item is not None}
        )
    return replace(model, value=fields)


def _service(service: Node, account: Account) -> Node | None:
    if service.value is None:
        return replace(service, value={})
    if not service.is_mapping:
        if service.tag:
            return service
        account.trouble(service, msg("A service must be a mapping: give it an image or a build."))
        return None
    return _shaped(service, SERVICE, account)


def _resource(resource: Node, account: Account) -> Node | None:
    if resource.value is None:
        return resource
    if not resource.is_mapping:
        account.trouble(resource, msg("This must be a mapping, or nothing."))
        return None
    resource = _shaped(resource, RESOURCE, account)
    external = resource.get("external")
    if external is None or not external.is_mapping:
        return resource
    fields = {**resource.fields, "external": external.made(value=True)}
    if (name := external.get("name")) is not None:
        fields.setdefault("name", name)
    return replace(resource, value=fields)


def _shaped(node: Node, shapes: dict[str, Shape], account: Account) -> Node:
    fields: dict[str, Node] = {}
    for key, value in node.fields.items():
        shape = shapes.get(key)
        if shape is None or value.value is None or value.tag == RESET:
            fields[key] = value
            continue
        made = shape(value, account)
        if made is not None:
            fields[key] = replace(made, tag=value.tag)
    return replace(node, value=fields)


def pairs(node: Node, account: Account) -> Node | None:
    """``[A=1, B]`` or ``{A: 1, B: null}`` as a mapping of texts; None for a name alone."""
    if node.is_mapping:
        return replace(
            node,
            value={
                key: item if item.value is None else replace(item, value=scalar_text(item.value))
                for key, item in node.fields.items()
                if not _is_nested(item, account)
            },
        )
    if not node.is_list:
        account.trouble(node, msg("This must be a mapping, or a list of NAME=VALUE."))
        return None
    found: dict[str, Node] = {}
    for item in node.items:
        if _is_nested(item, account):
            continue
        name, separator, value = scalar_text(item.value).partition("=")
        if name in found:
            account.put_aside(found[name], item)
        found[name] = item.made(value if separator else None)
    return replace(node, value=found)


def _is_nested(item: Node, account: Account) -> bool:
    if item.is_mapping or item.is_list:
        account.trouble(item, msg("A single value must stand here."))
        return True
    return False


def texts(node: Node, account: Account) -> Node | None:
    """One text or a list of texts, as a list."""
    if not node.is_list and not node.is_mapping:
        return replace(node, value=[node.made(scalar_text(node.value))])
    if not node.is_list:
        account.trouble(node, msg("This must be a list."))
        return None
    return replace(
        node,
        value=[
            replace(item, value=scalar_text(item.value))
            for item in node.items
            if not _is_nested(item, account)
        ],
    )


def names(node: Node, account: Account) -> Node | None:
    """A list of names as a mapping of names to nothing."""
    if node.is_mapping:
        return node
    if not node.is_list:
        account.trouble(node, msg("This must be a list of names, or a mapping."))
        return None
    return replace(
        node,
        value={
            scalar_text(item.value): item.made(None)
            for item in node.items
            if not _is_nested(item, account)
        },
    )


def each(parse: Callable[[Node], list[dict[str, Any]]]) -> Shape:
    """A list whose texts each stand for one or several mappings."""

    def shape(node: Node, account: Account) -> Node | None:
        if not node.is_list:
            account.trouble(node, msg("This must be a list."))
            return None
        made: list[Node] = []
        for item in node.items:
            if item.is_mapping or item.tag:
                made.append(item)
                continue
            try:
                made += [nested(item, entry) for entry in parse(item)]
            except BadForm as error:
                account.trouble(item, error.message)
        return replace(node, value=made)

    return shape


def nested(node: Node, value: Any) -> Node:
    """Plain values as nodes that all stand at one place."""
    if isinstance(value, dict):
        return node.made({key: nested(node, item) for key, item in value.items()})
    if isinstance(value, list):
        return node.made([nested(node, item) for item in value])
    return node.made(value)


def _build(node: Node, account: Account) -> Node | None:
    if node.is_mapping:
        return _shaped(node, BUILD, account)
    if node.is_list:
        account.trouble(node, msg("build is a folder, or a mapping."))
        return None
    return node.mapping(context=scalar_text(node.value))


def _depends_on(node: Node, account: Account) -> Node | None:
    if not node.is_list:
        return names(node, account)
    return replace(
        node,
        value={
            scalar_text(item.value): item.mapping(condition="service_started", required=True)
            for item in node.items
            if not _is_nested(item, account)
        },
    )


def _env_files(node: Node, account: Account) -> Node | None:
    listed = node if node.is_list else replace(node, value=[replace(node, tag="")])
    return each(lambda item: [{"path": scalar_text(item.value), "required": True}])(listed, account)


def _extra_hosts(node: Node, account: Account) -> Node | None:
    """A list of ``NAME=ADDRESS``, one for each address."""
    if node.is_mapping:
        entries = [
            item.made(f"{name}={scalar_text(item.value)}")
            for name, field in node.fields.items()
            for item in (field.items if field.is_list else [field])
        ]
        return replace(node, value=entries)
    listed = texts(node, account)
    if listed is None:
        return None
    return replace(node, value=[entry for item in listed.items for entry in _host(item)])


def _host(item: Node) -> list[Node]:
    try:
        name, addresses = short_forms.host(item.value)
    except BadForm:
        return [item]
    return [replace(item, value=f"{name}={address}") for address in addresses]


def _deploy(node: Node, account: Account) -> Node | None:
    return _shaped(node, {"labels": pairs}, account) if node.is_mapping else None


def _networks(node: Node, account: Account) -> Node | None:
    return names(node, account)


def _of_text(parse: Callable[[str], Any]) -> Callable[[Node], list[dict[str, Any]]]:
    def parsed(item: Node) -> list[dict[str, Any]]:
        made = parse(scalar_text(item.value))
        return made if isinstance(made, list) else [dict(made)]

    return parsed


def _mount(item: Node) -> list[dict[str, Any]]:
    return [{"source": scalar_text(item.value)}]


_LISTS = (
    "cap_add",
    "cap_drop",
    "device_cgroup_rules",
    "dns",
    "dns_opt",
    "dns_search",
    "expose",
    "external_links",
    "group_add",
    "label_file",
    "links",
    "profiles",
    "security_opt",
    "tmpfs",
    "volumes_from",
)

CONTAINER: dict[str, Shape] = {
    **dict.fromkeys(_LISTS, texts),
    **dict.fromkeys(("environment", "labels", "annotations", "sysctls"), pairs),
    "configs": each(_mount),
    "secrets": each(_mount),
    "env_file": _env_files,
    "extra_hosts": _extra_hosts,
    "devices": each(_of_text(short_forms.device)),
    "volumes": each(_of_text(short_forms.volume)),
    "networks": _networks,
    "models": names,
}


def _hooks(node: Node, account: Account) -> Node | None:
    hooks = [_shaped(item, CONTAINER, account) for item in node.items if item.is_mapping]
    return replace(node, value=hooks)


SERVICE: dict[str, Shape] = {
    **CONTAINER,
    "build": _build,
    "depends_on": _depends_on,
    "deploy": _deploy,
    "ports": each(_of_text(short_forms.ports)),
    "pre_start": _hooks,
    "post_start": _hooks,
    "pre_stop": _hooks,
}
BUILD: dict[str, Shape] = {
    "args": pairs,
    "labels": pairs,
    "additional_contexts": pairs,
    "ssh": pairs,
    "secrets": each(_mount),
    "extra_hosts": _extra_hosts,
}
RESOURCE: dict[str, Shape] = {"labels": pairs}
