"""The checks beyond the first: each at its field, and not where it nearly has the fault.

That each of them finds its fault, and that its fix mends it, is proven by the examples of the
manual (``tests/docs/test_manual.py``).
"""

# ruff: noqa: E501 - a table reads best with one case to a line

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from migrations_app.domain.bundle import Facts, ImageFacts
from migrations_app.domain.loss import LossRow, Outcome
from migrations_app.domain.messages import msg
from migrations_app.domain.pipeline.phases import Phase
from migrations_app.domain.places import Place
from migrations_app.domain.questions import Question
from migrations_app.domain.spec import ContainerSpec, ServiceSpec, VolumeSpec
from tests.domain.checks.test_codes import config_map, container, pod

PIN = "sha256:" + "4b" * 32
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: r.io/web:1, ports: [{containerPort: 80}]}]}
"""

FOUND: list[tuple[str, str, str]] = [
    ("VOL-01", "/spec/volumes/0/hostPath/path", pod("volumes: [{name: a, hostPath: {path: /srv/a}}]")),
    ("VOL-07", "/spec/volumes/0/hostPath/path", pod("volumes: [{name: a, hostPath: {path: /}}]")),
    ("VOL-07", "/spec/volumes/0/hostPath/path", pod("volumes: [{name: a, hostPath: {path: /etc/}}]")),
    ("VOL-07", "/spec/volumes/0/hostPath/path", pod("volumes: [{name: a, hostPath: {path: /proc/sys}}]")),
    ("VOL-07", "/spec/volumes/0/hostPath/path", pod("volumes: [{name: a, hostPath: {path: /run/user/1000/podman/podman.sock}}]")),
    ("VOL-03", "/spec/volumes/0/persistentVolumeClaim/claimName", pod("volumes: [{name: a, persistentVolumeClaim: {claimName: a}}]")),
    ("SEC-02", "/spec/containers/0/securityContext/runAsUser", container("securityContext: {runAsUser: 0}")),
    ("SEC-06", "/spec/containers/0/securityContext/capabilities/add", container("securityContext: {capabilities: {add: [SYS_CHROOT]}}")),
    ("SEC-06", "/spec/containers/0/args/1", container("args: [-c, 'ping -c1 db && web']")),
    ("SEC-08", "/spec/hostIPC", pod("hostIPC: true")),
    ("SEC-08", "/spec/securityContext/sysctls/0", pod("securityContext: {sysctls: [{name: net.core.somaxconn, value: '1'}]}")),
    ("SEC-08", "/spec/containers/0/securityContext/procMount", container("securityContext: {procMount: Unmasked}")),
    ("PRB-02", "/spec/containers/0/livenessProbe", container("livenessProbe: {exec: {command: [pg_isready, -h, db]}}")),
    ("PRB-03", "/spec/containers/0/livenessProbe/exec/command", container("livenessProbe: {exec: {command: [sh, -c, 'nc -z localhost 80 && test -f /ok']}}")),
    ("PRB-04", "/spec/containers/0/readinessProbe/httpGet/port", container("ports: [{containerPort: 80}]\nreadinessProbe: {httpGet: {port: 81}}")),
    ("CFG-01", "/spec/containers/0/args/0", container("args: ['--db-password=hunter22x']")),
    ("CFG-01", "/metadata/annotations/example.com~1api-key", "apiVersion: v1\nkind: Pod\nmetadata: {name: a, annotations: {example.com/api-key: hunter22x}}"),
    ("CFG-02", "/spec/containers/0/env", container("env: [{name: A, value: b}, {name: B, value: c}]")),
    ("CFG-04", "/spec/containers/0/env/0/value", container("env: [{name: A, value: 'http://localhost:5432'}]")),
    ("CFG-04", "/spec/containers/0/args/0", container("args: ['--db=10.88.0.7:5432']")),
    ("CFG-04", "/data/app.ini", config_map(data="{app.ini: 'host = host.containers.internal'}")),
    ("IMG-07", "/spec/containers/0/image", container("image: r.io/a:1")),
]  # fmt: skip

NOT_FOUND: list[tuple[str, str]] = [
    ("VOL-01", pod("volumes: [{name: a, hostPath: {path: tmpfs}}]")),
    ("VOL-07", pod("volumes: [{name: a, hostPath: {path: /etcetera}}]")),
    ("SEC-02", pod("securityContext: {runAsUser: 1001}\ncontainers: [{name: a}]")),
    ("SEC-06", container("securityContext: {capabilities: {add: [NET_BIND_SERVICE, CAP_CHOWN]}}")),
    ("SEC-06", container("args: ['shipping --fast', pinger]")),
    ("SEC-07", container("securityContext: {readOnlyRootFilesystem: true}\nvolumeMounts: [{name: t, mountPath: /tmp/}]")),
    ("SEC-08", pod("securityContext: {sysctls: [{name: net.ipv4.tcp_syncookies, value: '1'}]}")),
    ("PRB-02", container("livenessProbe: {tcpSocket: {port: 80}}\nreadinessProbe: {tcpSocket: {port: 80}}")),
    ("PRB-02", container("livenessProbe: {httpGet: {port: 80}, failureThreshold: 6}\nreadinessProbe: {httpGet: {port: 80}}")),
    ("PRB-02", container("image: docker.io/library/postgres:16\nlivenessProbe: {exec: {command: [pg_isready]}}")),
    ("PRB-03", container("livenessProbe: {exec: {command: [cat, /ok]}}")),
    ("PRB-04", container("readinessProbe: {httpGet: {port: 81}}")),
    ("CFG-02", container("env: [{name: A, value: '$(B)'}, {name: C, value: ''}, {name: PASSWORD, value: hunter22x}]")),
    ("CFG-04", container("ports: [{containerPort: 5432}]\nenv: [{name: A, value: 'http://localhost:5432'}]")),
    ("CFG-04", container("env: [{name: A, value: 'http://mylocalhost:5432'}]")),
    ("IMG-07", container("image: quay.io/a/b:1")),
    ("IMG-07", pod("imagePullSecrets: [{name: a}]\ncontainers: [{name: a, image: r.io/a:1}]")),
    ("VOL-03", pod("volumes: [{name: a, emptyDir: {}}]")),
]  # fmt: skip


@pytest.mark.parametrize(("code", "path", "text"), FOUND, ids=[f"{c}{p}" for c, p, _t in FOUND])
def test_it_is_found_at_its_field(code: str, path: str, text: str, look: Any) -> None:
    (finding,) = look(text, code)

    assert finding.place.path == path
    assert finding.place.line > 0


@pytest.mark.parametrize(("code", "text"), NOT_FOUND)
def test_what_is_nearly_wrong_is_right(code: str, text: str, look: Any) -> None:
    assert look(text, code) == []


def test_an_image_tells_its_user_and_what_it_was_built_for(look: Any) -> None:
    text = pod(
        "nodeSelector: {kubernetes.io/arch: amd64}\ncontainers: [{name: a, image: r.io/a:1, "
        "securityContext: {runAsNonRoot: true}}]"
    )
    facts = Facts(images={"r.io/a:1": ImageFacts("linux/arm64", "app", is_oci=True)})

    assert look(text, "SEC-02") == look(text, "IMG-05") == look(text, "IMG-06") == []
    for code in ("SEC-02", "IMG-05", "IMG-06"):
        assert len(look(text, code, facts=facts)) == 1, code
    moved = text.replace("r.io/a:1", "mirror.io/a:1")
    origins = {"mirror.io/a:1": "r.io/a:1"}
    assert len(look(moved, "IMG-05", facts=facts, image_origins=origins)) == 1


@pytest.mark.parametrize(
    ("user", "said", "found"),
    [
        ("1000", "", 1),
        ("1000:1000", "", 1),
        ("app", "", 0),
        ("", "", 0),
        ("1000", "runAsUser: 0", 0),
    ],
)
def test_the_user_of_an_image_may_not_write_to_a_claim(
    look: Any, user: str, said: str, found: int
) -> None:
    facts = Facts(images={"r.io/a:1": ImageFacts("linux/amd64", user)})
    text = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n"
        f"  containers: [{{name: a, image: 'r.io/a:1', securityContext: {{{said}}}}}]\n"
        "  volumes: [{name: d, persistentVolumeClaim: {claimName: d}}]\n"
    )
    findings = look(text, "SEC-09", facts=facts)
    assert len(findings) == found
    assert not any(finding.fixable for finding in findings)


def test_a_claim_that_somebody_chose_is_left_alone(look: Any) -> None:
    claim = (
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\n"
        "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: %s}}}"
    )
    asked = Question("volume-size:shop:data", "volume-size", msg("How large?"), msg("So."))
    answered = Question("volume-size:shop:data", "volume-size", msg("?"), msg("."), answer="1Gi")

    (finding,) = look(claim % "1Gi", "VOL-03", questions=(asked,))
    assert "volume-size:shop:data" in str(finding.fix)
    assert look(claim % "1Gi", "VOL-03", questions=(answered,)) == []
    assert look(claim % "20Gi", "VOL-03") == []


def test_a_claim_template_that_nobody_chose_is_told_like_a_claim(look: Any) -> None:
    workload = (
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n"
        "  template: {spec: {containers: []}}\n  volumeClaimTemplates:\n"
        "  - metadata: {name: data}\n    spec: {resources: {requests: {storage: %s}}}\n"
    )
    other = Question("volume-size:shop:data", "volume-size", msg("?"), msg("."), answer="9Gi")
    asked = Question("volume-size:db:data", "volume-size", msg("?"), msg("."))
    answered = replace(asked, answer="1Gi")

    (finding,) = look(workload % "1Gi", "VOL-03", questions=(other, asked))
    assert finding.place.path == "/spec/volumeClaimTemplates/0/spec/resources/requests/storage"
    assert "volume-size:db:data" in str(finding.fix)
    assert look(workload % "1Gi", "VOL-03", questions=(other, answered)) == []
    assert look(workload % "20Gi", "VOL-03") == []


def test_several_replicas_share_no_claim_of_one_node(look: Any) -> None:
    shop = DEPLOYMENT.replace("selector:", "replicas: 2\n  selector:", 1).replace(
        "spec: {containers", "spec: {volumes: [{name: d, persistentVolumeClaim: {claimName: d}}], "
        "containers", 1
    )  # fmt: skip
    claim = (
        "\n---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: d}\n"
        "spec: {accessModes: [%s], resources: {requests: {storage: 2Gi}}}"
    )

    assert len(look(shop + claim % "ReadWriteOnce", "VOL-04")) == 1
    assert look(shop + claim % "ReadWriteMany", "VOL-04") == []
    assert (
        look(shop.replace("replicas: 2", "replicas: 1") + claim % "ReadWriteOnce", "VOL-04") == []
    )


def test_a_device_is_a_finding_until_somebody_answers(look: Any) -> None:
    box = ContainerSpec("web", "r.io/web:1", devices=("/dev/ttyUSB0",))
    specs = (ServiceSpec("shop", (box,), file="compose.yaml"),)
    asked = Question("device:shop:web:/dev/ttyUSB0", "device", msg("How?"), msg("So."))

    (finding,) = look(DEPLOYMENT, "CAP-04", specs=specs, questions=(asked,))
    assert finding.place.path == "/shop/web/devices/~1dev~1ttyUSB0"
    answered = Question(asked.id, "device", msg("How?"), msg("So."), answer="plugin")
    assert look(DEPLOYMENT, "CAP-04", specs=specs, questions=(answered,)) == []


def test_a_lost_key_is_a_finding_where_people_wrote_it(look: Any) -> None:
    row = LossRow("services/web/mac_address", Outcome.DROPPED, "", msg("None."), Place("c.yaml", 3))
    kept = LossRow("services/web/image", Outcome.KEPT, "", place=Place("c.yaml", 2))

    (finding,) = look("", "CAP-07", loss=(row, kept), written=frozenset({"c.yaml"}))
    assert (finding.place.file, finding.place.line) == ("c.yaml", 3)
    assert look("", "CAP-07", loss=(row,)) == []


def test_data_stays_behind_only_where_there_is_some(look: Any) -> None:
    specs = (ServiceSpec("shop", (), volumes=(VolumeSpec("data"),), file="volume.json"),)

    assert len(look("", "VOL-06", specs=specs, phase=Phase.STAGING)) == 1
    assert look("", "VOL-06", specs=specs) == []
    written = frozenset({"volume.json"})
    assert look("", "VOL-06", specs=specs, phase=Phase.STAGING, written=written) == []


def test_what_is_served_scraped_and_guarded_is_left_alone(look: Any) -> None:
    whole = (
        DEPLOYMENT
        + """---
apiVersion: v1
kind: Service
metadata: {name: web, labels: {team: shop}}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: web}
spec: {selector: {matchLabels: {team: shop}}, endpoints: [{port: http}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: all}
spec: {podSelector: {}}
"""
    )
    for code in ("STG-02", "STG-06", "STG-07"):
        assert len(look(DEPLOYMENT, code, phase=Phase.STAGING)) == 1, code
        assert look(whole, code, phase=Phase.STAGING) == [], code


def test_a_token_is_mounted_where_a_role_needs_it(look: Any) -> None:
    own = DEPLOYMENT.replace("spec: {containers", "spec: {serviceAccountName: web, containers", 1)
    bound = (
        own
        + "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: a}\n"
        "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: a}\n"
        "subjects: [{kind: ServiceAccount, name: web}]\n"
    )

    assert len(look(DEPLOYMENT, "STG-09", phase=Phase.STAGING)) == 1
    assert len(look(own, "STG-09", phase=Phase.STAGING)) == 1
    assert look(bound, "STG-09", phase=Phase.STAGING) == []


@pytest.mark.parametrize(
    ("replicas", "weight", "found"),
    [
        (2, 10, True),
        (2, 50, False),
        (10, 10, False),
        (1, 50, True),
        (4, 20, False),
        (100, 1, False),
    ],
)
def test_a_share_has_to_be_whole_pods(replicas: int, weight: int, found: bool, look: Any) -> None:
    text = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: web}\n"
        f"spec: {{replicas: {replicas}, strategy: {{canary: {{steps: [{{setWeight: {weight}}}]}}}}}}"
    )

    assert bool(look(text, "PRD-03", phase=Phase.PRODUCTION)) is found


def test_the_edge_is_asked_for_alone(look: Any) -> None:
    text = container("image: r.io/a:1")

    assert look(text, "EDG-01", phase=Phase.PRODUCTION) == []
    assert len(look(text, "EDG-01", phase=Phase.PRODUCTION, environment="edge")) == 3


def test_a_source_holds_what_stands_in_it_and_not_what_was_given(look: Any) -> None:
    box = ContainerSpec("web", "r.io/web:1", environment={"DB_PASSWORD": "hunter22x"})
    specs = (ServiceSpec("shop", (box,), file="compose.yaml"),)

    (finding,) = look("", "CAP-02", specs=specs)
    assert finding.mended
    assert "hunter22x" not in str(finding.message)
    assert look("", "CAP-02", specs=specs, facts=Facts(variables={"PW": "hunter22x"})) == []
    assert look("", "CAP-02", specs=specs, facts=Facts(variables={"NUMBER": "2"})), "a part of it"
