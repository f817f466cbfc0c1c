"""Users and privileges of a service."""

from __future__ import annotations

import re

from migrations_app.domain.messages import msg
from migrations_app.domain.reading.compose.fields import Fields
from migrations_app.domain.reading.compose.nodes import Node, scalar_text
from migrations_app.domain.spec import Security


def read_security(fields: Fields) -> Security:
    """What differs from Podman's defaults."""
    made = Fields(fields.node, fields.account)
    made.take_text("user", "user")
    made.take_flag("privileged", "privileged")
    made.take_flag("read_only_root", "read_only")
    made.take_text("userns", "userns_mode")
    for attribute in ("cap_add", "cap_drop"):
        node = made.has(attribute)
        names = tuple(_plain(item) for item in made.items(attribute))
        if names and node is not None:
            made.set(attribute, tuple(dict.fromkeys(names)), node)
    groups: list[str] = []
    for item in made.items("group_add"):
        groups.append(scalar_text(item.value))
        made.places[f"groups/{groups[-1]}"] = made.account.take(item)
    made.values["groups"] = tuple(groups)
    for item in made.items("security_opt"):
        _option(item, made)
    return Security(**made.values, places=made.places)


def _plain(item: Node) -> str:
    return scalar_text(item.value).upper().removeprefix("CAP_")


def _option(item: Node, made: Fields) -> None:
    """One entry of ``security_opt``: ``NAME``, ``NAME:VALUE`` or ``NAME=VALUE``."""
    text = scalar_text(item.value)
    name, value = (*re.split("[=:]", text, maxsplit=1), "")[:2]
    if name == "no-new-privileges":
        if value != "false":
            made.switch_on("no_new_privileges", item)
        else:
            made.account.keep(item, msg("The same as without it."))
    elif name in ("seccomp", "apparmor") and value:
        made.set(name, value, item)
    elif name == "label" and value:
        kind, _separator, label = value.replace("=", ":").partition(":")
        made.values["selinux"] = {**made.values.get("selinux", {}), kind: label}
        made.places[f"selinux/{kind}"] = made.account.take(item)
    elif name in ("mask", "unmask") and value:
        made.set(name, (*made.values.get(name, ()), *value.split(":")), item)
    else:
        made.account.drop(
            item,
            msg("%(option)s has no counterpart in a pod specification.", option=text),
        )
