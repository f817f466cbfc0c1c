"""What kind of workload a service becomes, and why."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from migrations_app.domain.manifests.build_claims import keeps_data
from migrations_app.domain.manifests.build_draft import NOWHERE, Ledger, choices
from migrations_app.domain.messages import msg
from migrations_app.domain.questions import Question
from migrations_app.domain.spec import ContainerSpec, RestartPolicy, ServiceSpec


class WorkloadKind(StrEnum):
    DEPLOYMENT = "Deployment"
    STATEFUL_SET = "StatefulSet"
    DAEMON_SET = "DaemonSet"
    JOB = "Job"
    CRON_JOB = "CronJob"

    @property
    def ends(self) -> bool:
        """Whether its pods run to an end, instead of being started again for ever."""
        return self in (WorkloadKind.JOB, WorkloadKind.CRON_JOB)


ENDING_POLICIES = frozenset({RestartPolicy.NO, RestartPolicy.ON_FAILURE})


_ENDS = msg(
    "Its restart policy, or that it ended without an error, says so. A Job runs once; a lasting "
    "workload is started again whenever it ends."
)
_SERVES = msg(
    "Its restart policy starts it again only when it fails, which would make it a Job; but it "
    "serves ports, or is checked while it runs, and so is not meant to end."
)


def workload_kind(service: ServiceSpec, ledger: Ledger) -> WorkloadKind:
    """A Job where every container is meant to end, a StatefulSet where data is written.

    A Job is a question, since a policy says less than its author meant: many a server is started
    again on failure only. A schedule or one instance for each node is said outright.
    """
    if service.schedule:
        return WorkloadKind.CRON_JOB
    if service.every_node:
        return WorkloadKind.DAEMON_SET
    lasting = WorkloadKind.STATEFUL_SET if keeps_data(service) else WorkloadKind.DEPLOYMENT
    running = [container for container in service.containers if not container.init]
    if not running or not all(ends(container) for container in running):
        return lasting
    serves = is_server(running)
    answer = ledger.ask(
        Question(
            id=f"workload-kind:{service.name}:kind",
            code="workload-kind",
            text=msg("Does service %(name)s end by itself?", name=service.name),
            why=_SERVES if serves else _ENDS,
            choices=choices(
                ("job", msg("Yes: a Job")),
                ("lasting", msg("No: it must keep running")),
            ),
            recommended="lasting" if serves else "job",
            place=running[0].places.get("restart") or running[0].places.get("exit_code") or NOWHERE,
        )
    )
    return WorkloadKind.JOB if answer == "job" else lasting


def ends(container: ContainerSpec) -> bool:
    """Whether a source says that a container ends: by its policy, or because it did, with 0."""
    if container.restart is RestartPolicy.UNSET:
        return container.exit_code == 0
    return container.restart in ENDING_POLICIES


def is_server(running: Sequence[ContainerSpec]) -> bool:
    """Whether containers that are started again on failure only are a server all the same."""
    if any(container.restart is not RestartPolicy.ON_FAILURE for container in running):
        return False
    return any(item.ports or _is_checked(item) for item in running)


def _is_checked(container: ContainerSpec) -> bool:
    return container.health is not None and container.health.test[:1] not in ((), ("NONE",))


def restart_policy(service: ServiceSpec, kind: WorkloadKind) -> str:
    """The policy of the pod."""
    if not kind.ends:
        return "Always"
    retries = any(item.restart is RestartPolicy.ON_FAILURE for item in service.containers)
    return "OnFailure" if retries else "Never"
