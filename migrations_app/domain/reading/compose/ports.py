"""Ports of a service: published ones, and those that only its peers use."""

from __future__ import annotations

from migrations_app.domain.messages import msg
from migrations_app.domain.reading.compose import short_forms
from migrations_app.domain.reading.compose.fields import Fields
from migrations_app.domain.reading.compose.nodes import Node, scalar_text
from migrations_app.domain.reading.compose.short_forms import BadForm
from migrations_app.domain.spec import Port

_PROTOCOLS = frozenset({"tcp", "udp", "sctp"})


def read_ports(fields: Fields) -> tuple[Port, ...]:
    """All ports; one that is published and exposed is one."""
    found: dict[tuple[int, str], Port] = {}
    for node in fields.mappings("ports"):
        port = _port(node, fields)
        _add(found, [port] if port is not None else [], node, fields)
    for node in fields.items("expose"):
        _add(found, _exposed(node, fields), node, fields)
    return tuple(found.values())


def _add(found: dict[tuple[int, str], Port], ports: list[Port], node: Node, fields: Fields) -> None:
    """Ports that are new; an entry that only says again what is known gets a row of its own."""
    new = {(port.container_port, port.protocol): port for port in ports}
    again = [found[key] for key in new if key in found]
    found.update({key: port for key, port in new.items() if key not in found})
    if again and len(again) == len(new) and node.place not in [p.places[""] for p in again]:
        fields.account.keep(node, msg("The same port of the container is listed before."))


def _port(node: Node, fields: Fields) -> Port | None:
    inner = fields.inner(node)
    target = inner.integer("target")
    if target is None or not 0 < target < 65536:
        fields.account.trouble(node, msg("The port names no port of the container."))
        return None
    protocol = inner.text("protocol").lower() or "tcp"
    if protocol not in _PROTOCOLS:
        fields.account.trouble(
            node, msg("%(protocol)s is no protocol: tcp, udp or sctp.", protocol=protocol)
        )
        return None
    if (mode := node.get("mode")) is not None and mode.spot != node.spot:
        fields.account.drop(mode, msg("A cluster publishes ports by Services alone."))
    if (application := node.get("app_protocol")) is not None:
        fields.account.drop(application, msg("A hint for load balancers; set it in a preset."))
    return Port(
        container_port=target,
        protocol=protocol,
        host_port=_published(inner),
        host_ip=inner.text("host_ip"),
        name=inner.text("name"),
        places={"": fields.account.take(node)},
    )


def _published(inner: Fields) -> int | None:
    """The port of the host; of a range the first, since any of them would have done."""
    text = inner.text("published").partition("-")[0]
    return int(text) if text.isascii() and text.isdigit() and int(text) > 0 else None


def _exposed(node: Node, fields: Fields) -> list[Port]:
    try:
        parsed = short_forms.ports(scalar_text(node.value))
    except BadForm as error:
        fields.account.trouble(node, error.message)
        return []
    place = fields.account.take(node)
    return [
        Port(entry["target"], entry["protocol"], places={"": place})
        for entry in parsed
        if entry["target"] > 0
    ]
