"""Each check on the smallest manifest that has its problem, and on one that has not."""

# ruff: noqa: E501 - a table reads best with one case to a line

from __future__ import annotations

from textwrap import dedent, indent
from typing import Any

import pytest

from migrations_app.domain.findings import Severity
from migrations_app.domain.pipeline.phases import Phase


def pod(spec: str, name: str = "web") -> str:
    return f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec:\n" + indent(
        dedent(spec).strip("\n"), "  "
    )


def container(fields: str, name: str = "web") -> str:
    inner = indent(dedent(fields).strip("\n"), "    ")
    return pod(f"containers:\n  - name: {name}\n{inner}\n")


def config_map(name: str = "settings", data: str = "{a: b}") -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {data}"


SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [%s]
"""
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: %s}}
    spec: {containers: [{name: web, image: r.io/web:1, ports: [{name: http, containerPort: 80}]}]}
"""

CASES: list[tuple[str, str, str]] = [
    ("NAM-01", "/metadata/name", config_map("My_Settings")),
    ("NAM-01", "/spec/hostname", pod("hostname: My_App\ncontainers: []")),
    ("NAM-01", "/spec/containers/0/name", container("image: r.io/a:1", "My_App.v1")),
    ("NAM-01", "/spec/volumes/0/name", pod("volumes: [{name: 'a b', emptyDir: {}}]")),
    ("NAM-02", "/metadata/name", f"{config_map('my_data')}\n---\n{config_map('my-data')}"),
    ("NAM-03", "/metadata/labels/a~1b~1c", "apiVersion: v1\nkind: Pod\nmetadata: {labels: {a/b/c: x}}"),
    ("NAM-03", "/metadata/annotations/k", "apiVersion: v1\nkind: Pod\nmetadata: {annotations: {k: 1}}"),
    ("SCH-01", "/spec/containers/0/imag", container("image: r.io/a:1\nimag: x")),
    ("SCH-01", "/spec/containers", "apiVersion: v1\nkind: Pod\nmetadata: {name: web}"),
    ("SCH-01", "/spec/containers", pod("containers: []")),
    ("SCH-01", "/spec/ports", "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: LoadBalancer}"),
    ("SCH-01", "/spec/containers/0/resources/limits/memroy", container("resources: {limits: {memroy: 1Gi}}")),
    ("SCH-06", "/spec/containers/0/imagePullPolicy", container("imagePullPolicy: Sometimes")),
    ("SCH-06", "/spec/containers/0/ports/0/containerPort", container("ports: [{containerPort: 70000}]")),
    ("SCH-06", "/spec/containers/0/ports/0/containerPort", container("ports: [{name: http}]")),
    ("SCH-06", "/spec/containers/0/resources/limits/memory", container("resources: {limits: {memory: 1 Gi}}")),
    ("SCH-06", "/spec/containers/0/resources/requests/cpu", container("resources: {requests: {cpu: 2}, limits: {cpu: 1500m}}")),
    ("SCH-06", "/spec/containers/0/env/0/name", container("env: [{name: 'a=b', value: c}]")),
    ("SCH-06", "/spec/ports/0/port", SERVICE % "{port: 0}"),
    ("SCH-06", "/spec/type", "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {type: Public, ports: [{port: 1}]}"),
    ("SCH-06", "/spec/accessModes/0", "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a}\nspec: {accessModes: [RWX], resources: {requests: {storage: 1Gi}}}"),
    ("SCH-02", "/apiVersion", "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: a}"),
    ("SCH-02", "/apiVersion", "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: {name: a}"),
    ("SCH-03", "/spec/containers/0/volumeMounts/0/name", container("volumeMounts: [{name: x, mountPath: /x}]")),
    ("SCH-03", "/spec/selector", DEPLOYMENT % "api"),
    ("SCH-03", "/spec/ports/0/targetPort", SERVICE % "{port: 80, targetPort: web}" + "---" + DEPLOYMENT % "web"),
    ("SCH-03", "/spec/selector", SERVICE % "{port: 80}" + "---\n" + container("image: r.io/a:1")),
    (
        "SCH-03",
        "/spec/containers/0/env/0/valueFrom/configMapKeyRef/key",
        container("env: [{name: A, valueFrom: {configMapKeyRef: {name: settings, key: z}}}]")
        + "\n---\n" + config_map(),
    ),
    (
        "SCH-03",
        "/spec/volumes/0/configMap/items/0/key",
        pod("volumes: [{name: v, configMap: {name: settings, items: [{key: z, path: z}]}}]")
        + "\n---\n" + config_map(),
    ),
    ("SCH-04", "/spec/volumes/1/name", pod("volumes: [{name: a}, {name: a}]")),
    ("SCH-04", "/spec/containers/1/name", pod("containers: [{name: a}, {name: a}]")),
    ("SCH-04", "/spec/containers/0/name", pod("initContainers: [{name: a}]\ncontainers: [{name: a}]")),
    ("SCH-04", "/spec/containers/0/ports/1/name", container("ports: [{name: a, containerPort: 1}, {name: a, containerPort: 2}]")),
    ("SCH-04", "/spec/containers/0/volumeMounts/1/mountPath", container("volumeMounts: [{name: a, mountPath: /x}, {name: b, mountPath: /x/}]")),
    ("SCH-04", "/spec/ports/1", SERVICE % "{name: '53', port: 53}, {name: '53', port: 53, protocol: UDP}"),
    ("SCH-04", "/spec/ports/1", SERVICE % "{name: a, port: 53}, {name: b, port: 53}"),
    ("SCH-04", "/spec/ports/0", SERVICE % "{port: 1}, {name: b, port: 2}"),
    ("SCH-07", "/kind", "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}"),
    ("VOL-02", "/spec/volumes/0/hostPath/path", pod("volumes: [{name: t, hostPath: {path: tmpfs}}]")),
    ("IMG-01", "/spec/containers/0/image", container("image: localhost/web:1")),
    ("IMG-01", "/spec/containers/0/image", container("image: localhost:5000/web:1")),
    ("IMG-01", "/spec/containers/0/image", container("image: nginx:1.25")),
    ("IMG-01", "/spec/containers/0/image", container("image: Not An Image")),
    ("IMG-01", "/spec/containers/0/image", container("command: [a]")),
    ("IMG-02", "/spec/containers/0/image", container("image: r.io/web")),
    ("IMG-02", "/spec/containers/0/image", container("image: r.io/web:latest")),
    ("SEC-03", "/spec/securityContext/runAsUser", pod("securityContext: {runAsUser: 0}\ncontainers: [{name: a, securityContext: {runAsNonRoot: true}}]")),
    ("SEC-03", "/spec/containers/0/securityContext/runAsUser", container("securityContext: {runAsNonRoot: true, runAsUser: 0}")),
    ("SEC-04", "/spec/containers/0/securityContext/capabilities/drop/0", container("securityContext: {capabilities: {drop: [CAP_MKNOD]}}")),
    ("RES-01", "/spec/containers/0/resources", container("image: r.io/a:1")),
    ("RES-01", "/spec/containers/0/resources", container("resources: {limits: {memory: 1Gi}}")),
    ("RES-02", "/spec/containers/0/resources/limits/memory", container("resources: {limits: {memory: 0.5Gi}}")),
    ("PRB-01", "/spec/containers/0", container("image: r.io/a:1")),
    ("PRB-04", "/spec/containers/0/livenessProbe/tcpSocket/port", container("livenessProbe: {tcpSocket: {port: http}}")),
    ("CFG-01", "/spec/containers/0/env/0/value", container("env: [{name: DB_PASSWORD, value: hunter22x}]")),
    ("CFG-01", "/spec/containers/0/env/0/value", container("env: [{name: DB, value: 'postgres://a:s3cretpw@db/x'}]")),
    ("CFG-01", "/data/DB_PASSWORD", config_map(data="{DB_PASSWORD: hunter22x}")),
    ("CFG-03", "/spec/containers/0/env/0/valueFrom/secretKeyRef/name", container("env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]")),
    ("CFG-03", "/spec/containers/0/envFrom/0/secretRef/name", container("envFrom: [{secretRef: {name: s}}]")),
    ("CFG-03", "/spec/volumes/0/secret/secretName", pod("volumes: [{name: v, secret: {secretName: s}}]")),
    ("WLD-01", "/kind", container("image: r.io/a:1")),
    ("REH-01", "/spec/hostNetwork", pod("hostNetwork: true\ncontainers: []")),
    ("REH-01", "/spec/containers/0/securityContext/privileged", container("securityContext: {privileged: true}")),
    ("REH-01", "/spec/containers/0/securityContext/capabilities/add", container("securityContext: {capabilities: {add: [SYS_ADMIN]}}")),
]  # fmt: skip


@pytest.mark.parametrize(("code", "path", "text"), CASES, ids=[f"{c}{p}" for c, p, _t in CASES])
def test_it_finds_the_problem_at_its_place(code: str, path: str, text: str, look: Any) -> None:
    (finding,) = look(text, code)

    assert finding.place.path == path
    assert finding.place.file == "app.yaml"
    assert finding.place.line > 0
    assert str(finding.message) and str(finding.why) and str(finding.fix)


GOOD = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  minReadySeconds: 10
  progressDeadlineSeconds: 600
  revisionHistoryLimit: 10
  strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}, annotations: {prometheus.io/scrape: "true"}}
    spec:
      serviceAccountName: web
      automountServiceAccountToken: false
      imagePullSecrets: [{name: bank}]
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector: {matchLabels: {app: web}}
      securityContext:
        {runAsNonRoot: true, runAsUser: 1001, fsGroup: 1001, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: web
          image: registry.example.com/bank/web:1.2
          ports: [{name: http, containerPort: 8080}]
          env:
            - {name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: web, key: password}}}
            - {name: OPTIONAL, valueFrom: {secretKeyRef: {name: gone, key: a, optional: true}}}
          resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}
          readinessProbe: {httpGet: {path: /, port: http}}
          livenessProbe: {tcpSocket: {port: http}}
          lifecycle: {preStop: {sleep: {seconds: 5}}}
          volumeMounts: [{name: data, mountPath: /data}, {name: tmp, mountPath: /tmp}]
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
      volumes: [{name: data, emptyDir: {}}, {name: tmp, emptyDir: {}}]
---
apiVersion: v1
kind: Secret
metadata: {name: web}
stringData: {password: hunter22x}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 8080, targetPort: http}]}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec: {podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {}}]}]}
"""


@pytest.mark.parametrize("phase", Phase)
def test_a_sound_manifest_has_no_findings(phase: Phase, look: Any) -> None:
    assert look(GOOD, phase=phase) == []


def test_a_password_file_is_no_password(look: Any) -> None:
    assert look(container("env: [{name: DB_PASSWORD_FILE, value: /run/db}]"), "CFG-01") == []


@pytest.mark.parametrize("kind", ["Job", "CronJob"])
def test_what_ends_needs_no_probes(kind: str, look: Any) -> None:
    template = "template: {spec: {restartPolicy: Never, containers: [{name: a}]}}"
    inner = (
        template
        if kind == "Job"
        else f"schedule: '* * * * *'\n  jobTemplate: {{spec: {{{template}}}}}"
    )
    text = f"apiVersion: batch/v1\nkind: {kind}\nmetadata: {{name: a}}\nspec:\n  {inner}\n"

    assert look(text, "PRB-01") == []


def test_a_pod_that_is_meant_to_end_is_no_bare_pod(look: Any) -> None:
    text = pod("restartPolicy: Never\ncontainers: [{name: a, image: r.io/a:1}]")

    assert look(text, "WLD-01") == look(text, "PRB-01") == []


def test_registries_are_asked_for_only_where_presets_name_some(look: Any) -> None:
    text = container("image: quay.io/a/b:1")

    assert look(text, "IMG-03") == []
    assert look(text, "IMG-03", allowed_registries=("quay.io/a",)) == []
    (finding,) = look(text, "IMG-03", allowed_registries=("registry.example.com/bank",))
    assert finding.severity is Severity.HIGH


def test_digests_are_asked_for_only_where_a_preset_pins(look: Any) -> None:
    text = container("image: quay.io/a/b:1")

    assert look(text, "IMG-04") == []
    assert len(look(text, "IMG-04", digests_wanted=True)) == 1


def test_role_names_may_hold_colons_and_do_not_collide(look: Any) -> None:
    role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: %s}\n"
    text = role % "system:web" + "---\n" + role % "system-web"

    assert look(text, "NAM-02") == look(text, "NAM-01") == []


def test_a_service_without_pods_beside_it_may_select_others(look: Any) -> None:
    assert look(SERVICE % "{port: 80}", "SCH-03") == []


def test_a_selector_that_only_this_bundle_cannot_judge_can_be_waived(look: Any) -> None:
    (finding,) = look(SERVICE % "{port: 80}" + "---\n" + container("image: r.io/a:1"), "SCH-03")

    assert finding.severity is Severity.BLOCKER
    assert finding.waivable


@pytest.mark.parametrize(
    ("code", "waivable"),
    [("NAM-01", False), ("SCH-04", False), ("VOL-02", False), ("IMG-01", True), ("REH-01", True)],
)
def test_what_no_waiver_can_help_cannot_be_waived(code: str, waivable: bool, look: Any) -> None:
    text = next(text for known, _path, text in CASES if known == code)

    assert {finding.waivable for finding in look(text, code)} == {waivable}


def test_an_api_version_that_ends_with_the_next_release_is_named(look: Any) -> None:
    class Ending:
        def versions(self) -> tuple[str, ...]:
            return ("1.40", "1.41")

        def knows(self, version: str, _api_version: str, _kind: str) -> bool:
            return version == "1.40"

        def violations(self, _version: str, _body: Any) -> list[Any]:
            return []

    (finding,) = look(config_map(), "SCH-02", schemas=Ending(), version="1.40")

    assert "1.41" in str(finding.message)


def test_all_schema_violations_come_at_once(look: Any) -> None:
    text = container("image: 1\nimag: x\nports: [{containerPort: eighty}]")

    assert sorted(finding.place.path for finding in look(text, "SCH-01")) == [
        "/spec/containers/0/imag",
        "/spec/containers/0/image",
        "/spec/containers/0/ports/0/containerPort",
    ]


def test_the_worst_come_first(look: Any) -> None:
    severities = [finding.severity.rank for finding in look(container("image: nginx"))]

    assert severities == sorted(severities) and len(set(severities)) > 1
