"""What the demo runs in Podman: a pod of two containers and two containers of their own.

The shapes are those of the libpod API's ``create`` calls (SpecGenerator). Names are fixed, so that
manifests are the same every time; the label says what is ours to remove.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.demo.images import FOLDER, tag

LABEL = "dev.kakehashi.demo"
NETWORK = "demo-net"
VOLUME = "demo-store-data"
SECRET = "demo-store-token"  # noqa: S105 - its name
POD = "demo-shop"
WORKLOADS = (POD, "demo-store", "demo-api")
"""What is captured, in the order in which it is started."""

SECOND = 10**9
MIB = 2**20


@dataclass(frozen=True, slots=True)
class Container:
    """One container: its name, and what its ``create`` call says besides name, label and place."""

    name: str
    spec: Mapping[str, Any] = field(default_factory=dict)
    pod: str = ""

    @property
    def has_check(self) -> bool:
        """Whether Podman was told how to see that it is healthy. Real ones often were not."""
        return "healthconfig" in self.spec

    def body(self) -> dict[str, Any]:
        """The body of ``POST containers/create``."""
        place = {"pod": self.pod} if self.pod else {"netns": {"nsmode": "bridge"}, **_on_network()}
        return {"name": self.name, "labels": {LABEL: "yes"}, **place, **self.spec}


def pod_body() -> dict[str, Any]:
    """The body of ``POST pods/create``."""
    return {
        "name": POD,
        "labels": {LABEL: "yes"},
        "netns": {"nsmode": "bridge"},
        **_on_network(),
        "portmappings": [],
    }


def _on_network() -> dict[str, Any]:
    return {"Networks": {NETWORK: {}}}


def containers() -> tuple[Container, ...]:
    """All of them, in the order in which they are started."""
    return (
        Container(
            f"{POD}-page",
            {
                "image": tag("web"),
                "command": ["page"],
                "env": {"SHOP_NAME": "Bridge Street Shop"},
                "mounts": [_bind(FOLDER / "prices.txt", "/srv/www/prices.txt")],
                "healthconfig": _get("http://127.0.0.1:8080/cgi-bin/health"),
                "resource_limits": _limits(memory=32, cpus=0.5),
            },
            pod=POD,
        ),
        Container(
            f"{POD}-meter",
            {
                "image": tag("web"),
                "command": ["meter"],
                "healthconfig": _health(["CMD", "/bin/metered"]),
                "resource_limits": _limits(memory=16, cpus=0.1),
            },
            pod=POD,
        ),
        Container(
            "demo-store",
            {
                "image": tag("store"),
                "volumes": [{"Name": VOLUME, "Dest": "/data"}],
                "secrets": [_secret()],
                "resource_limits": _limits(memory=32, cpus=0.25),
            },
        ),
        Container(
            "demo-api",
            {
                "image": tag("api"),
                "env": {
                    "FRONT_URL": f"http://{POD}:8080",
                    "STORE_URL": "http://demo-store:6380",
                    "ORDER_LIMIT": "0100",
                    "CART_SIGNING_KEY": "not-a-real-key-7Fq2",
                },
                "secrets": [_secret()],
                "healthconfig": _get("http://127.0.0.1:8081/cgi-bin/health"),
                "resource_limits": _limits(memory=48, cpus=0.5),
            },
        ),
    )


def _bind(source: object, target: str) -> dict[str, Any]:
    return {
        "Type": "bind",
        "Source": str(source),
        "Destination": target,
        "Options": ["ro", "rbind"],
    }


def _secret() -> dict[str, Any]:
    return {"Source": SECRET, "Target": SECRET, "UID": 10001, "GID": 10001, "Mode": 0o444}


def _get(url: str) -> dict[str, Any]:
    return _health(["CMD", "wget", "-q", "-O", "/dev/null", url])


def _health(test: list[str]) -> dict[str, Any]:
    return {
        "Test": test,
        "Interval": 2 * SECOND,
        "Timeout": 2 * SECOND,
        "StartPeriod": 10 * SECOND,
        "Retries": 3,
    }


def _limits(*, memory: int, cpus: float) -> dict[str, Any]:
    period = 100_000
    return {
        "memory": {"limit": memory * MIB},
        "cpu": {"quota": round(cpus * period), "period": period},
    }
