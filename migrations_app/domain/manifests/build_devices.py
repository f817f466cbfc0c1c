"""Devices of the host: a pod gets none by itself, so each is asked about."""

from __future__ import annotations

from migrations_app.domain.loss import Outcome
from migrations_app.domain.manifests.build_draft import NOWHERE, Ledger, choices
from migrations_app.domain.messages import msg
from migrations_app.domain.questions import Question
from migrations_app.domain.spec import ContainerSpec, ServiceSpec


def ask_about_devices(service: ServiceSpec, container: ContainerSpec, ledger: Ledger) -> list[str]:
    """The host paths of devices that are to be mounted; by default none is."""
    mounted: list[str] = []
    for device in dict.fromkeys(container.devices):
        place = container.places.get(f"devices/{device}", NOWHERE)
        source = device.split(":")[0]
        answer = ledger.ask(
            Question(
                id=f"device:{service.name}:{container.name}:{source}",
                code="device",
                text=msg(
                    "Container %(container)s uses device %(device)s. How does it get it on a "
                    "cluster?",
                    container=container.name,
                    device=source,
                ),
                why=msg("A pod gets devices from a device plugin, or as a privileged path."),
                choices=choices(
                    (
                        "drop",
                        msg("Not at all, or by a device plugin that is added later"),
                    ),
                    (
                        "hostpath",
                        msg("As a path of the node; the container must be privileged"),
                    ),
                ),
                recommended="drop",
                place=place,
            )
        )
        ledger.note(place, Outcome.QUESTION, "", msg("A device of the host; see the question."))
        if answer == "hostpath":
            mounted.append(source)
    return mounted
