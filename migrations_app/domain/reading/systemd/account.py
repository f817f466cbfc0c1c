"""What became of every word and setting of a unit, and what units do not say."""

from __future__ import annotations

from migrations_app.domain.findings import Severity
from migrations_app.domain.loss import Outcome
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.domain.reading.reading import Desk
from migrations_app.domain.reading.systemd.settings import settle_rest
from migrations_app.domain.reading.systemd.site import Found, Site


def account(site: Site, item: Found) -> None:
    """Every word of the command, then every setting; what is in a spec is told of by building."""
    unit = item.unit
    if item.reading is not None:
        for row in item.reading.loss:
            unit.rows.setdefault(row.path, row)
        _settle_references(item)
        _take_commands(item)
    settle_rest(unit)
    if item.starts is not None:
        _say_starts(site, item, *item.starts)
    elif item.reading is None and "Service" in unit.unit.sections:
        site.say(
            "CAP-07",
            Severity.MEDIUM,
            Place(unit.unit.file, object=unit.unit.name),
            msg("Unit %(unit)s runs no container that could be read.", unit=unit.unit.name),
            msg("Only what podman run or podman create starts can become a workload."),
            msg("Leave the unit out, or give the container that it needs."),
        )


def _settle_references(item: Found) -> None:
    reading = item.made
    for given in (*reading.requires, *reading.volumes_from):
        reason = msg("Which container that is, the units do not say; name its unit in Requires=.")
        item.unit.settle(given.place, Outcome.DROPPED, reason)


def _take_commands(item: Found) -> None:
    """The command lines that make the container or the pod: each of their words has its place."""
    for command in item.unit.commands("ExecStartPre", "ExecStart"):
        makes = command.verb[:1] in (("run",), ("create",)) or command.verb == ("pod", "create")
        if command.engine and makes:
            item.unit.take(command.setting.place)


def _say_starts(site: Site, item: Found, name: str, place: Place) -> None:
    """``podman start NAME``: the unit does not say what the container is."""
    if _is_inspected(site.desk, name):
        return
    site.say(
        "CAP-01",
        Severity.HIGH,
        place,
        msg(
            "Unit %(unit)s starts %(name)s, and does not say what it is.",
            unit=item.unit.unit.name,
            name=name,
        ),
        msg("The unit was generated without --new: the container must be there already."),
        msg("Add the output of podman container inspect, or generate the unit with --new."),
    )


def _is_inspected(desk: Desk, name: str) -> bool:
    """Whether an inspection of the container, or of the pod behind its infra, is at hand."""
    needles = (f'"{name}"', f'"/{name}"', f'"{name.removesuffix("-infra")}')
    members = (member for member in desk.files.names() if member.endswith(".json"))
    return any(
        needle in desk.files.read(member).decode("utf-8", errors="replace")
        for member in members
        for needle in needles
    )
