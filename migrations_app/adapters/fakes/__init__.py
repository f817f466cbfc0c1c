"""In-memory stand-ins for what lies outside; the same contract tests hold for them and the real."""

from __future__ import annotations

from migrations_app.adapters.fakes.behaviour import Behaviour
from migrations_app.adapters.fakes.clock import FakeClock
from migrations_app.adapters.fakes.podman import FakePodman
from migrations_app.adapters.fakes.prober import FakeProber

__all__ = ["Behaviour", "FakeClock", "FakePodman", "FakeProber"]
