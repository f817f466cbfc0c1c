"""What kind a service becomes where its restart policy says that it ends."""

from __future__ import annotations

import pytest

from migrations_app.domain.manifests.build_draft import Ledger
from migrations_app.domain.manifests.build_kinds import WorkloadKind, workload_kind
from migrations_app.domain.spec import ContainerSpec, HealthCheck, Port, RestartPolicy, ServiceSpec

PORT = Port(8080)
CHECK = HealthCheck(("CMD", "true"))
OFF = HealthCheck(("NONE",))


@pytest.mark.parametrize(
    ("policy", "ports", "health", "kind"),
    [
        (RestartPolicy.ON_FAILURE, (), None, WorkloadKind.JOB),
        (RestartPolicy.ON_FAILURE, (), OFF, WorkloadKind.JOB),
        (RestartPolicy.ON_FAILURE, (PORT,), None, WorkloadKind.DEPLOYMENT),
        (RestartPolicy.ON_FAILURE, (), CHECK, WorkloadKind.DEPLOYMENT),
        (RestartPolicy.NO, (PORT,), CHECK, WorkloadKind.JOB),
        (RestartPolicy.ALWAYS, (), None, WorkloadKind.DEPLOYMENT),
    ],
)
def test_a_server_is_not_taken_for_a_job_because_of_its_policy(
    policy: RestartPolicy, ports: tuple[Port, ...], health: HealthCheck | None, kind: WorkloadKind
) -> None:
    container = ContainerSpec("web", "img", restart=policy, ports=ports, health=health)
    service = ServiceSpec("web", containers=(container,))
    assert workload_kind(service, Ledger({})) is kind
    lasting = Ledger({"workload-kind:web:kind": "job"})
    if policy is not RestartPolicy.ALWAYS:
        assert workload_kind(service, lasting) is WorkloadKind.JOB
