"""``jobs``: containers that run to their end when a clock or a person says so."""

from __future__ import annotations

from dataclasses import replace

from migrations_app.domain.loss import Outcome
from migrations_app.domain.messages import msg
from migrations_app.domain.questions import Choice, Question
from migrations_app.domain.reading.compose.fields import Fields
from migrations_app.domain.reading.compose.nodes import Node, scalar_text
from migrations_app.domain.reading.compose.services import read_service
from migrations_app.domain.reading.compose.site import Site
from migrations_app.domain.spec import RestartPolicy, ServiceSpec

_RENDER, _LEAVE = "render", "leave-out"
_ONE_CLOCK = msg("A CronJob has one schedule; write a job for each.")
_OF_THE_CLOCK = msg("A CronJob has settings of its own for it; set them in the manifest.")


def read_job(key: str, node: Node, site: Site) -> ServiceSpec | None:
    """A job as a service that ends; None for one that a person starts, unless it is wanted."""
    schedules = _schedules(node, site)
    if not schedules and not _is_wanted(key, node, site):
        site.account.settle(
            node, Outcome.QUESTION, msg("Left out: a person starts it; see the question.")
        )
        return None
    spec = read_service(key, node, site)
    place = (node.get("triggers") or node).place
    containers = tuple(
        item
        if item.init
        else replace(item, restart=RestartPolicy.NO, places={**item.places, "restart": place})
        for item in spec.containers
    )
    spec = replace(spec, containers=containers)
    if not schedules:
        return spec
    first, *others = schedules
    for other in others:
        site.account.drop(other, _ONE_CLOCK)
    places = {**spec.places, "schedule": site.account.take(first)}
    return replace(spec, schedule=scalar_text(first.value), places=places)


def _schedules(node: Node, site: Site) -> list[Node]:
    """The cron lines of a job."""
    listed = node.get("triggers", "schedule")
    found: list[Node] = []
    for entry in listed.items if listed is not None else ():
        cron = entry.get("cron") if entry.is_mapping else entry
        if cron is not None and cron.value:
            found.append(cron)
        for option in ("timezone", "concurrency", "missed_fires"):
            Fields(entry, site.account).drop(_OF_THE_CLOCK, option)
    return found


def _is_wanted(key: str, node: Node, site: Site) -> bool:
    name = site.service_name(key)
    answer = site.account.ask(
        Question(
            id=f"manual-job:{name}",
            code="manual-job",
            text=msg("Does job %(name)s run once when the manifest is applied?", name=name),
            why=msg("Only a person starts it now, and a Job on a cluster starts at once."),
            choices=(
                Choice(_RENDER, msg("Yes: a Job that runs once")),
                Choice(_LEAVE, msg("No: it is left out")),
            ),
            recommended=_LEAVE,
            place=node.place,
        )
    )
    return answer == _RENDER
