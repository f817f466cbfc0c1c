"""The sets of values in the schema, so that each has one name in generated clients."""

from __future__ import annotations

from migrations_app.domain.bundle import SourceKind
from migrations_app.domain.findings import Severity
from migrations_app.domain.loss import Outcome
from migrations_app.domain.manifests.diff import DiffState
from migrations_app.domain.people.roles import Role, Scope
from migrations_app.domain.pipeline.next_step import NextStep
from migrations_app.domain.pipeline.phases import Phase
from migrations_app.domain.provenance import StepKind
from migrations_app.domain.rehearsal.values import Peers, RehearsalOutcome
from migrations_app.domain.runs import RunKind, RunState, StepState

SEVERITIES = [severity.value for severity in Severity]
PHASES = [phase.value for phase in Phase]
LOSS_OUTCOMES = [outcome.value for outcome in Outcome]
REHEARSAL_OUTCOMES = [outcome.value for outcome in RehearsalOutcome]
SOURCE_KINDS = [kind.value for kind in SourceKind]
SOURCE_WAYS = ["upload", "capture"]
CHANGE_KINDS = [kind.value for kind in StepKind]
RUN_KINDS = [kind.value for kind in RunKind]
RUN_STATES = [state.value for state in RunState]
STEP_STATES = [state.value for state in StepState]
DIFF_STATES = [state.value for state in DiffState]
RESULT_TYPES = ["source", "revision", "rehearsal"]
ROLES = [role.value for role in Role]
SCOPES = [scope.value for scope in Scope]
NEXT_STEPS = [step.value for step in NextStep]
PEERS = [peers.value for peers in Peers]
WORKLOAD_KINDS = ["pod", "container"]
EVENT_OUTCOMES = ["ok", "refused", "failed"]
