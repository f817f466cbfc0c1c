"""Probing the containers of the fake engine."""

from __future__ import annotations

from dataclasses import dataclass

from migrations_app.adapters.fakes.podman import FakePodman
from migrations_app.domain.errors import EngineError
from migrations_app.domain.messages import Told, msg
from migrations_app.ports import ProbeResult, ProbeTarget

_TOOK = 0.002


@dataclass(frozen=True, slots=True)
class FakeProber:
    """Implements ``ports.Prober`` by what the behaviours of an engine's containers say."""

    engine: FakePodman

    def probe(self, target: ProbeTarget) -> ProbeResult:
        if target.action == "grpc":
            return _result(ok=None, detail=msg("a gRPC probe cannot be made here"))
        if target.action == "exec":
            return self._execute(target)
        return self._dial(target)

    def _execute(self, target: ProbeTarget) -> ProbeResult:
        try:
            result = self.engine.execute(target.container, target.command, timeout=target.timeout)
        except EngineError as error:
            return _result(ok=False, detail=str(error.message))
        return _result(ok=result.exit_code == 0, detail=f"exit code {result.exit_code}")

    def _dial(self, target: ProbeTarget) -> ProbeResult:
        """Any container of the pod may be the one that listens: they share their network."""
        now = self.engine.clock.monotonic()
        members = self.engine.pods[target.pod].containers if target.pod in self.engine.pods else []
        for item in members:
            behaviour = item.behaviour
            if not item.runs(now) or item.age(now) < behaviour.listens_after:
                continue
            if target.port not in behaviour.listens:
                continue
            if behaviour.loopback_only:
                return _result(ok=False, detail="listens on 127.0.0.1 only", loopback_only=True)
            status = behaviour.listens[target.port]
            if target.action == "tcp":
                return _result(ok=True, detail="connected")
            return _result(ok=200 <= status < 400, detail=f"status {status}")
        return _result(ok=False, detail="connection refused")


def _result(*, ok: bool | None, detail: Told, loopback_only: bool = False) -> ProbeResult:
    return ProbeResult(ok, detail, _TOOK, loopback_only)
