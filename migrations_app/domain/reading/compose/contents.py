"""Configurations and secrets of a service, and what they hold where the project knows it."""

from __future__ import annotations

from migrations_app.domain.findings import Severity
from migrations_app.domain.loss import Outcome
from migrations_app.domain.messages import msg
from migrations_app.domain.reading.compose.fields import Fields
from migrations_app.domain.reading.compose.nodes import Node, scalar_text
from migrations_app.domain.reading.compose.site import Site
from migrations_app.domain.spec import Mount, MountKind, SecretUse

_NO_OWNER = msg("A file of a volume belongs to the pod's group, if it has one.")
_CARRIED = msg("What it holds is carried by an object of its own.")
_ELSEWHERE = msg("Kept outside of the project; see the question.")


def read_config(node: Node, fields: Fields, site: Site) -> Mount | None:
    """A configuration as a mount of one file."""
    inner = fields.inner(node)
    name = inner.text("source")
    target = inner.text("target") or f"/{name}"
    if not target.startswith("/"):
        target = f"/{target}"
    for key in ("uid", "gid"):
        if (owner := node.get(key)) is not None:
            fields.account.drop(owner, _NO_OWNER)
    definition = _definition("configs", name, node, site)
    content = _content("configs", name, definition, site)
    return Mount(
        MountKind.CONFIG,
        target,
        source=_object_name(name, definition, site),
        read_only=True,
        content=content,
        is_directory=False,
        mode=_mode(inner),
        places={"": fields.account.take(node)},
    )


def read_secrets(fields: Fields, site: Site) -> tuple[SecretUse, ...]:
    """The secrets of a service, each a file."""
    found: list[SecretUse] = []
    for node in fields.mappings("secrets"):
        inner = fields.inner(node)
        name = inner.text("source")
        target = inner.text("target") or f"/run/secrets/{name}"
        if not target.startswith("/"):
            target = f"/run/secrets/{target}"
        definition = _definition("secrets", name, node, site)
        found.append(
            SecretUse(
                name=_object_name(name, definition, site),
                as_env=False,
                target=target,
                mode=_mode(inner),
                uid=_owner(inner, "uid"),
                gid=_owner(inner, "gid"),
                value=_content("secrets", name, definition, site),
                places={"": fields.account.take(node)},
            )
        )
    return tuple(found)


def _owner(inner: Fields, key: str) -> int | None:
    text = inner.text(key)
    return int(text) if text.isascii() and text.isdigit() else None


def _mode(inner: Fields) -> int | None:
    """The mode of a file; a text is octal, as it is written."""
    node = inner.has("mode")
    if node is None:
        return None
    if isinstance(node.value, int) and not isinstance(node.value, bool):
        return node.value
    text = scalar_text(node.value).removeprefix("0o")
    if text and set(text) <= set("01234567"):
        return int(text, 8)
    inner.account.trouble(node, msg("A mode is octal: write for example 0440."))
    return None


def _definition(section: str, name: str, node: Node, site: Site) -> Node | None:
    found = site.resource(section, name)
    if found is None:
        site.account.find(
            "CAP-07",
            Severity.MEDIUM,
            node,
            msg(
                "%(name)s is used and nowhere defined under %(section)s.",
                name=name,
                section=section,
            ),
            msg("Compose refuses such a file; here its content is asked for."),
            msg("Define it, or give the file that does."),
            subject=f"{section}:{name}",
        )
    return found


def _object_name(name: str, definition: Node | None, site: Site) -> str:
    given = definition.get("name") if definition is not None else None
    return scalar_text(given.value) if given is not None and given.value else name


def _content(section: str, name: str, definition: Node | None, site: Site) -> str | None:
    """What a configuration or secret holds, where the project knows it."""
    if definition is None:
        return None
    account = site.account
    kind = "Secret" if section == "secrets" else "ConfigMap"
    target = f"{kind}/{_object_name(name, definition, site)}"
    if (external := definition.get("external")) is not None and external.value is True:
        account.settle(external, Outcome.QUESTION, _ELSEWHERE, target)
    if (inline := definition.get("content")) is not None and inline.value is not None:
        account.settle(inline, Outcome.CONVERTED, _CARRIED, target)
        return scalar_text(inline.value)
    if (variable := definition.get("environment")) is not None:
        key = scalar_text(variable.value)
        account.settle(variable, Outcome.CONVERTED, _CARRIED, target)
        is_secret = section == "secrets"
        site.environment.note(key, site.environment.known.get(key, ""), secret=is_secret)
        site.environment.ask(key, None, variable, secret=is_secret)
        return site.environment.lookup(key)
    if (file := definition.get("file")) is not None:
        path = scalar_text(file.value)
        account.settle(file, Outcome.CONVERTED, _CARRIED, target)
        if section == "secrets":
            # A secret whose file is not here is asked about as every secret without a value is.
            return site.shelf.peek(path, secret=True)
        return site.shelf.text(path, file, msg("It is the content of a file in the service."))
    return None
