"""What compose adds by itself once all files of a project are one model."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import replace

from migrations_app.domain.findings import Severity
from migrations_app.domain.messages import msg
from migrations_app.domain.reading.compose import short_forms
from migrations_app.domain.reading.compose.account import Account
from migrations_app.domain.reading.compose.nodes import Node, plain, scalar_text
from migrations_app.domain.reading.compose.short_forms import BadForm

_SHARING = ("network_mode", "ipc", "pid", "uts", "cgroup")
SERVICE_PREFIX = "service:"


def with_defaults(model: Node, account: Account) -> Node:
    """The model with its implied values, each at the place of what implies it."""
    fields = dict(model.fields)
    for section in ("services", "jobs"):
        if (services := fields.get(section)) is not None:
            made = {name: _service(item, account) for name, item in services.fields.items()}
            fields[section] = replace(services, value=made)
    return replace(model, value=fields)


def _service(service: Node, account: Account) -> Node:
    fields = dict(service.fields)
    for key, complete in _COMPLETED.items():
        value = fields.get(key)
        if value is None or value.value is None:
            continue
        made = complete(value, account)
        if made is None:
            del fields[key]
        else:
            fields[key] = made
    implied = _implied(fields)
    if implied:
        known = fields.get("depends_on")
        first = next(iter(implied.values()))
        base = known if known is not None and known.is_mapping else first.made({})
        fields["depends_on"] = replace(base, value={**implied, **base.fields})
    return replace(service, value=fields)


def command(node: Node, account: Account) -> Node | None:
    """A command as words."""
    if node.is_list:
        return replace(node, value=[item.made(scalar_text(item.value)) for item in node.items])
    if node.is_mapping:
        account.trouble(node, msg("A command is a text or a list of words."))
        return None
    text = scalar_text(node.value)
    try:
        words = short_forms.words(text)
    except BadForm as error:
        account.trouble(node, error.message, msg("Write the command as a list of words."))
        return None
    if short_forms.is_cut(text):
        account.find(
            "CAP-07",
            Severity.MEDIUM,
            node,
            msg("The command ends before its first shell operator."),
            msg("Compose starts no shell: what stands behind ; & | < or > is not passed on."),
            msg("Write [sh, -c, …] if a shell was meant."),
        )
    return replace(node, value=[node.made(word) for word in words])


def _healthcheck(node: Node, account: Account) -> Node | None:
    test = node.get("test")
    if test is None:
        return node
    if test.is_list:
        words = [item.made(scalar_text(item.value)) for item in test.items]
    elif test.is_mapping:
        account.trouble(test, msg("The test of a health check is a text or a list of words."))
        return replace(node, value={k: v for k, v in node.fields.items() if k != "test"})
    else:
        words = [test.made("CMD-SHELL"), test.made(scalar_text(test.value))]
    return replace(node, value={**node.fields, "test": replace(test, value=words)})


def _build(node: Node, _account: Account) -> Node:
    fields = dict(node.fields)
    fields.setdefault("context", node.made("."))
    if "dockerfile" not in fields and "dockerfile_inline" not in fields:
        fields["dockerfile"] = node.made("Dockerfile")
    return replace(node, value=fields)


def _filled(**defaults: object) -> Callable[[Node, Account], Node]:
    """The items of a list with fields that they do not set."""

    def complete(node: Node, _account: Account) -> Node:
        items = [
            replace(
                item,
                value={**{key: item.made(v) for key, v in defaults.items()}, **item.fields},
            )
            if item.is_mapping
            else item
            for item in node.items
        ]
        return replace(node, value=items)

    return complete


def _depends_on(node: Node, account: Account) -> Node:
    made: dict[str, Node] = {}
    for name, item in node.fields.items():
        if item.value is not None and not item.is_mapping:
            account.trouble(item, msg("A dependency is a mapping with a condition."))
            continue
        defaults = {"condition": item.made("service_started"), "required": item.made(value=True)}
        made[name] = replace(item, value={**defaults, **item.fields})
    return replace(node, value=made)


def _secrets(node: Node, _account: Account) -> Node:
    items = []
    for item in node.items:
        source = scalar_text(plain(item.get("source")))
        target = item.made(f"/run/secrets/{source}")
        items.append(replace(item, value={"target": target, **item.fields}))
    return replace(node, value=items)


def _volumes(node: Node, account: Account) -> Node:
    items: list[Node] = []
    for item in node.items:
        target = item.get("target")
        if target is None or not isinstance(target.value, str) or not target.value:
            account.trouble(item, msg("The mount has no target."), msg("Say where it is mounted."))
            continue
        clean = replace(target, value=posixpath.normpath(target.value))
        items.append(replace(item, value={**item.fields, "target": clean}))
    return replace(node, value=items)


def _develop(node: Node, account: Account) -> Node:
    """The commands that watching starts, as words."""
    watch = node.get("watch")
    if watch is None:
        return node
    items = []
    for item in watch.items:
        said = item.get("exec", "command")
        words = command(said, account) if said is not None else None
        if words is not None:
            inner = replace(
                item.fields["exec"], value={**item.fields["exec"].fields, "command": words}
            )
            item = replace(item, value={**item.fields, "exec": inner})
        items.append(item)
    return replace(node, value={**node.fields, "watch": replace(watch, value=items)})


def _hooks(node: Node, account: Account) -> Node:
    items = [
        replace(item, value={**item.fields, "command": words})
        if (said := item.get("command")) is not None and (words := command(said, account))
        else item
        for item in node.items
    ]
    return replace(node, value=items)


def _pull_policy(node: Node, _account: Account) -> Node:
    return replace(node, value="missing") if node.value == "if_not_present" else node


_COMPLETED: dict[str, Callable[[Node, Account], Node | None]] = {
    "command": command,
    "entrypoint": command,
    "healthcheck": _healthcheck,
    "build": _build,
    "env_file": _filled(required=True),
    "ports": _filled(mode="ingress", protocol="tcp"),
    "depends_on": _depends_on,
    "secrets": _secrets,
    "volumes": _volumes,
    "pull_policy": _pull_policy,
    "develop": _develop,
    **dict.fromkeys(("pre_start", "post_start", "pre_stop"), _hooks),
}


def _implied(fields: dict[str, Node]) -> dict[str, Node]:
    """Services that must be there first because something of theirs is used."""
    found: dict[str, Node] = {}

    def need(name: str, node: Node, *, restart: bool) -> None:
        entry = node.mapping(condition="service_started", restart=restart, required=True)
        found.setdefault(name, entry)

    for link in _items(fields, "links"):
        need(scalar_text(link.value).partition(":")[0], link, restart=True)
    for key in _SHARING:
        mode = fields.get(key)
        if mode is not None and scalar_text(mode.value).startswith(SERVICE_PREFIX):
            need(scalar_text(mode.value).removeprefix(SERVICE_PREFIX), mode, restart=True)
    for source in _items(fields, "volumes_from"):
        text = scalar_text(source.value)
        if not text.startswith("container:"):
            need(text.partition(":")[0], source, restart=False)
    return found


def _items(fields: dict[str, Node], key: str) -> list[Node]:
    node = fields.get(key)
    return node.items if node is not None else []
