"""``probes``: how the health of containers is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from migrations_app.domain.manifests.resources import mapping
from migrations_app.domain.messages import both, msg
from migrations_app.domain.places import Path
from migrations_app.domain.presets.sections.section import Complaint, Section
from migrations_app.domain.presets.shape import (
    HIGHEST_PORT,
    PARAMETER_TEXT,
    PORT,
    WORDS,
    Shape,
    by_name,
    keys,
    listed,
    number,
    text,
)

PROBE_ACTIONS = frozenset({"httpGet", "tcpSocket", "exec", "grpc"})
PROBE_KINDS = ("readiness", "liveness", "startup")
PROBE_WORDS = ("none", "fromPorts", "fromHealthcheck")

_POSITIVE = number(minimum=1)
_HEADER = Shape(
    ("string",),
    pattern=rf"^[-A-Za-z0-9]+$|{PARAMETER_TEXT}",
    right=msg("the name of a header, such as X-Check"),
)
_PROBE = Shape(
    ("object", "string"),
    "A probe, or where it is to come from.",
    keys={
        "httpGet": keys(
            "GET a path; 200 to 399 is success.",
            path=text(),
            port=PORT,
            scheme=text("", "HTTP", "HTTPS"),
            host=text(),
            httpHeaders=listed(keys("", ("name", "value"), name=_HEADER, value=text())),
        ),
        "tcpSocket": keys("Open a connection.", port=PORT, host=text()),
        "exec": keys("Run a command; exit code 0 is success.", command=WORDS),
        "grpc": keys(
            "Ask the gRPC health service.",
            port=number(minimum=1, maximum=HIGHEST_PORT),
            service=text(),
        ),
        "initialDelaySeconds": number(),
        "periodSeconds": _POSITIVE,
        "timeoutSeconds": _POSITIVE,
        "successThreshold": _POSITIVE,
        "failureThreshold": _POSITIVE,
        "terminationGracePeriodSeconds": _POSITIVE,
    },
    choices=PROBE_WORDS,
)
_PROBES = dict.fromkeys(PROBE_KINDS, _PROBE)


def _check(section: Mapping[str, Any]) -> Iterator[Complaint]:
    """A probe asks in one way."""
    holders: list[tuple[Path, Any]] = [((), section)]
    for name, own in mapping(section.get("containers")).items():
        holders.append((("containers", name), own))
    for path, holder in holders:
        for kind in PROBE_KINDS:
            actions = [key for key in mapping(mapping(holder).get(kind)) if key in PROBE_ACTIONS]
            if len(actions) > 1:
                yield Complaint(
                    (*path, kind),
                    msg(
                        "A probe asks in one way; here are %(actions)s. Keep one.",
                        actions=both(actions),
                    ),
                )
            yield from _of_kind((*path, kind), kind, mapping(mapping(holder).get(kind)))


def _of_kind(path: Path, kind: str, probe: Mapping[str, Any]) -> Iterator[Complaint]:
    """What only some probes may say."""
    if kind != "readiness" and probe.get("successThreshold") not in (None, 1):
        yield Complaint((*path, "successThreshold"), msg("Only 1 is accepted here."))
    grace = "terminationGracePeriodSeconds"
    if kind == "readiness" and probe.get(grace) is not None:
        yield Complaint(
            (*path, grace),
            msg("%(field)s does not go with %(other)s.", field=grace, other=kind),
        )


SECTION = Section(
    "probes",
    keys(
        "Health probes of containers that keep running.",
        **_PROBES,
        containers=by_name(keys(**_PROBES), "By container name; wins over the others."),
    ),
    _check,
)
