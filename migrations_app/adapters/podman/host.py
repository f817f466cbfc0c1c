"""One Podman host, as the app sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from migrations_app.adapters.podman import (
    capture,
    listing,
    measuring,
    playing,
    removing,
    watching,
)
from migrations_app.adapters.podman.connection import Connection
from migrations_app.adapters.podman.errors import understood
from migrations_app.adapters.podman.log_reading import LogReader
from migrations_app.adapters.podman.measuring import Process
from migrations_app.ports import (
    CapturedFiles,
    ContainerState,
    EngineInfo,
    ExecResult,
    FileDrop,
    HostWorkload,
    LogLine,
    Played,
    Usage,
)

START_SECONDS = 120.0


class PodmanHost:
    """Implements ``ports.PodmanEngine`` for Podman 4.3 to 5.8.

    ``start_seconds`` bounds the start of a pod, and with it the run of its init containers.
    """

    def __init__(self, connection: Connection, *, start_seconds: float = START_SECONDS) -> None:
        self.connection = connection
        self.start_seconds = start_seconds
        self._logs = LogReader(connection)

    def info(self) -> EngineInfo:
        with understood(self.connection.address, "GET info"):
            return listing.info(self.connection)

    def workloads(self) -> Sequence[HostWorkload]:
        with understood(self.connection.address, "GET containers/json"):
            return listing.workloads(self.connection)

    def capture(self, name: str) -> CapturedFiles:
        with understood(self.connection.address, f"GET containers/{name}/json"):
            return capture.capture(self.connection, name)

    def image_id(self, reference: str) -> str | None:
        with understood(self.connection.address, f"GET images/{reference}/json"):
            return listing.image_id(self.connection, reference)

    def create_network(self, name: str, *, labels: Mapping[str, str], internal: bool) -> None:
        playing.create_network(self.connection, name, labels=labels, internal=internal)

    def create_secret(self, name: str, value: bytes, *, labels: Mapping[str, str]) -> None:
        playing.create_secret(self.connection, name, value, labels=labels)

    def play(
        self,
        text: str,
        *,
        network: str,
        aliases: Mapping[str, Sequence[str]],
        files: Sequence[FileDrop] = (),
    ) -> Played:
        with understood(self.connection.address, "POST play/kube"):
            return playing.play(
                self.connection,
                text,
                network=network,
                aliases=aliases,
                files=files,
                start_seconds=self.start_seconds,
            )

    def states(self, pod: str) -> Sequence[ContainerState]:
        with understood(self.connection.address, f"GET pods/{pod}/json"):
            return watching.states(self.connection, pod)

    def logs(self, container: str, *, since: int) -> Iterator[LogLine]:
        with understood(self.connection.address, f"GET containers/{container}/logs"):
            yield from self._logs.read(container, since=since)

    def usage(self, containers: Sequence[str]) -> Sequence[Usage]:
        with understood(self.connection.address, "GET containers/stats"):
            return measuring.usage(self.connection, containers)

    def execute(self, container: str, command: Sequence[str], *, timeout: float) -> ExecResult:
        with understood(self.connection.address, f"POST containers/{container}/exec"):
            return watching.execute(self.connection, container, command, timeout=timeout)

    def running_user(self, container: str) -> str:
        with understood(self.connection.address, f"GET containers/{container}/top"):
            return measuring.running_user(self.connection, container)

    def process(self, container: str) -> Process:
        """The main process, as the host's kernel numbers it."""
        with understood(self.connection.address, f"GET containers/{container}/json"):
            return measuring.process(self.connection, container)

    def stop(self, pod: str, *, timeout: int) -> None:
        with understood(self.connection.address, f"GET pods/{pod}/json"):
            playing.stop(self.connection, pod, timeout=timeout)

    def remove_labelled(self, label: str, value: str) -> Sequence[str]:
        with understood(self.connection.address, "DELETE pods"):
            return removing.remove_labelled(self.connection, label, value)

    def labelled(self, label: str) -> Mapping[str, Mapping[str, str]]:
        with understood(self.connection.address, "GET pods/json"):
            return removing.labelled(self.connection, label)
