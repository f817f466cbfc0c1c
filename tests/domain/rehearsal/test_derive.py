"""What is really played: an allow-list, with every deviation listed."""

from __future__ import annotations

import base64

import pytest
import yaml

from migrations_app.domain.rehearsal.peers import Part, needed_peers
from tests.domain.rehearsal.making import (
    LABELS,
    copy_of,
    deployment,
    objects,
    part,
    played,
    service,
    told,
)


def test_a_workload_becomes_one_labelled_pod() -> None:
    copy = copy_of(part("web", deployment("web")))
    body = played(copy)
    assert body["kind"] == "Pod"
    assert body["metadata"] == {"name": "kk-1-web", "labels": {"app": "web", **LABELS}}
    assert body["spec"]["restartPolicy"] == "Never"
    assert body["spec"]["hostname"] == "web"
    (container,) = body["spec"]["containers"]
    assert container["image"] == "sha256:web"
    assert container["imagePullPolicy"] == "Never"
    assert "Replicas reduced: replicas: 3 → 1" in told(copy)
    assert "Workload played as one pod: Deployment/web → pod kk-1-web" in told(copy)


def test_a_field_that_is_not_known_is_not_played() -> None:
    text = deployment(
        "web",
        ", terminationMessagePolicy: File, x-unknown: 1, securityContext: {seccompProfile: {type: "
        "Unconfined}, appArmorProfile: {type: Unconfined}}",
        ", hostUsers: true, nodeName: n1, serviceAccountName: s, runtimeClassName: kata",
    )
    body = played(copy_of(part("web", text)))
    assert set(body["spec"]) == {"restartPolicy", "hostname", "containers"}
    assert set(body["spec"]["containers"][0]) == {"name", "image", "imagePullPolicy", "resources"}


def test_annotations_never_reach_podman() -> None:
    text = deployment("web").replace(
        "labels: {app: web}}\n    spec",
        "labels: {app: web}, annotations: {io.podman.annotations.userns: host}}\n    spec",
    )
    assert "annotations" not in played(copy_of(part("web", text)))["metadata"]


@pytest.mark.parametrize(
    ("volume", "told_of"),
    [
        ("hostPath: {path: /etc}", "Path of the host replaced by an empty volume"),
        ("persistentVolumeClaim: {claimName: c}", "Claim played as an empty volume of this run"),
        ("nfs: {server: s, path: /p}", "Volume of a cluster replaced by an empty one"),
        ("csi: {driver: d}", "Volume of a cluster replaced by an empty one"),
    ],
)
def test_nothing_of_the_host_is_mounted(volume: str, told_of: str) -> None:
    text = deployment(
        "web",
        ", volumeMounts: [{name: data, mountPath: /data, readOnly: true}]",
        f", volumes: [{{name: data, {volume}}}]",
    )
    copy = copy_of(part("web", text))
    body = played(copy)
    assert body["spec"]["volumes"] == [{"name": "kk-1-web-data", "emptyDir": {}}]
    assert body["spec"]["containers"][0]["volumeMounts"] == [
        {"name": "kk-1-web-data", "mountPath": "/data", "readOnly": True}
    ]
    assert any(line.startswith(told_of) for line in told(copy))


def test_configuration_is_copied_as_files() -> None:
    text = deployment(
        "web",
        ", volumeMounts: [{name: c, mountPath: /etc/c}, {name: s, mountPath: /etc/key, "
        "subPath: key}]",
        ", volumes: [{name: c, configMap: {name: conf, items: [{key: a, path: sub/a.ini}]}}, "
        "{name: s, secret: {secretName: keys, defaultMode: 256}}]",
    )
    shared = (
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: conf}, data: {a: 'x=1', b: no}}\n---\n"
        "{apiVersion: v1, kind: Secret, metadata: {name: keys}, data: {key: c2VjcmV0}}"
    )
    copy = copy_of(part("web", text), shared=shared)
    (pod,) = copy.subject
    assert [(f.container, f.path, f.content, f.mode) for f in pod.files] == [
        ("app", "/etc/c/sub/a.ini", b"x=1", 0o644),
        ("app", "/etc/key", b"secret", 0o400),
    ]
    assert "volumes" not in played(copy)["spec"]
    assert "c2VjcmV0" not in pod.text


def test_the_environment_is_resolved() -> None:
    text = deployment(
        "web",
        ", command: [run, $(MODE), $(UNKNOWN)], env: [{name: MODE, value: fast}, {name: URL, value:"
        " 'http://$(MODE)'}, {name: PASSWORD, valueFrom: {secretKeyRef: {name: keys, key: p}}}, "
        "{name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}, {name: IP, valueFrom: "
        "{fieldRef: {fieldPath: status.podIP}}}], envFrom: [{prefix: C_, configMapRef: {name: c}}]",
    )
    secret = base64.b64encode(b"hunter22").decode()
    shared = (
        f"{{apiVersion: v1, kind: Secret, metadata: {{name: keys}}, data: {{p: {secret}}}}}\n---\n"
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {X: '1'}}"
    )
    copy = copy_of(part("web", text), shared=shared)
    container = played(copy)["spec"]["containers"][0]
    assert {e["name"]: e["value"] for e in container["env"]} == {
        "C_X": "1",
        "MODE": "fast",
        "URL": "http://fast",
        "PASSWORD": "hunter22",
        "POD": "kk-1-web",
        "IP": "127.0.0.1",
    }
    assert container["command"] == ["run", "fast", "$(UNKNOWN)"]
    assert copy.substituted == ("status.podIP",)


def test_a_podman_that_expands_references_gets_them_escaped() -> None:
    text = deployment("web", ", command: [run, $(UNKNOWN)]")
    container = played(copy_of(part("web", text), escape_references=True))["spec"]["containers"][0]
    assert container["command"] == ["run", "$$(UNKNOWN)"]


def test_what_is_out_of_reach_is_named() -> None:
    text = deployment(
        "web",
        ", env: [{name: A, valueFrom: {configMapKeyRef: {name: gone, key: a}}}, {name: B, "
        "valueFrom: {secretKeyRef: {name: maybe, key: b, optional: true}}}]",
    )
    assert copy_of(part("web", text)).missing == ("ConfigMap/gone",)


def test_an_image_nobody_has_is_named() -> None:
    assert copy_of(part("web", deployment("web"), other="x")).missing_images == ("localhost/web:1",)


def test_every_container_has_a_memory_limit() -> None:
    copy = copy_of(part("web", deployment("web")))
    limits = played(copy)["spec"]["containers"][0]["resources"]["limits"]
    assert limits == {"memory": str(1024**3)}
    assert any(line.startswith("Memory limit added") for line in told(copy))
    text = deployment("web", ", resources: {limits: {memory: 64Mi, cpu: 500m}}")
    copy = copy_of(part("web", text))
    limits = played(copy)["spec"]["containers"][0]["resources"]["limits"]
    assert limits == {"memory": str(64 * 1024**2), "cpu": "500m"}


def test_containers_inherit_the_pods_user() -> None:
    text = deployment(
        "web",
        ", securityContext: {runAsGroup: 7, capabilities: {drop: [ALL], add: [CAP_CHOWN]}}",
        ", securityContext: {runAsUser: 1000, runAsGroup: 1000, supplementalGroups: [5]}",
    )
    body = played(copy_of(part("web", text)))
    assert body["spec"]["containers"][0]["securityContext"] == {
        "runAsUser": 1000,
        "runAsGroup": 7,
        "capabilities": {"drop": ["ALL"], "add": ["CHOWN"]},
    }
    assert body["spec"]["securityContext"] == {"supplementalGroups": [5]}


def test_a_sidecar_starts_beside_the_others() -> None:
    text = deployment(
        "web",
        "",
        ", initContainers: [{name: once, image: localhost/web:1}, {name: side, image: "
        "localhost/web:1, restartPolicy: Always}]",
    )
    copy = copy_of(part("web", text))
    body = played(copy)
    assert [c["name"] for c in body["spec"]["initContainers"]] == ["once"]
    assert [c["name"] for c in body["spec"]["containers"]] == ["side", "app"]
    assert copy.subject[0].containers == ("side", "app")


def test_a_service_is_an_alias_and_its_port_a_deviation() -> None:
    copy = copy_of(part("web", deployment("web") + service("web")))
    assert copy.subject[0].aliases == ("web", "web.bank", "web.bank.svc")
    assert "Port of a Service not mapped: web:80 → web:8080" in told(copy)


def test_a_long_name_makes_no_long_hostname() -> None:
    name = "x" * 63
    body = played(copy_of(part(name, deployment(name))))
    assert len(body["spec"]["hostname"]) <= 63


def test_a_job_runs_to_its_end() -> None:
    pod = "{containers: [{name: c, image: localhost/load:1}]}"
    job = f"{{spec: {{template: {{spec: {pod}}}}}}}"
    text = (
        "{apiVersion: batch/v1, kind: CronJob, metadata: {name: load}, "
        f"spec: {{schedule: '* * * * *', jobTemplate: {job}}}}}"
    )
    copy = copy_of(part("load", text))
    assert copy.subject[0].to_the_end
    assert played(copy)["kind"] == "Pod"


class TestPeers:
    web = part("web", deployment("web", ", env: [{name: U, value: 'http://api:80/x'}]"))
    api = part("api", deployment("api", ", args: ['--db=db.bank.svc']") + service("api"))
    db = part("db", deployment("db") + service("db"))
    other = part("other", deployment("other") + service("other"))

    def test_those_that_are_needed_come_in_order(self) -> None:
        copy = copy_of(self.web, self.other, self.api, self.db)
        assert copy.peer_services == ("db", "api")
        assert [pod.workload for pod in copy.peers] == ["Deployment/db", "Deployment/api"]

    def test_a_name_within_a_word_is_no_name(self) -> None:
        text = deployment("web", ", env: [{name: U, value: 'my-api apis api-v2 x.api'}]")
        assert copy_of(part("web", text), self.api).peer_services == ()

    def test_configuration_names_peers_too(self) -> None:
        text = deployment("web") + (
            "---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {u: 'tcp://db:5432'}}"
        )
        assert copy_of(part("web", text), self.db).peer_services == ("db",)

    def test_a_circle_is_played_all_the_same(self) -> None:
        api = part(
            "api",
            deployment("api", ", env: [{name: W, value: 'http://web'}]") + service("api"),
        )
        web = part(
            "web",
            deployment("web", ", env: [{name: A, value: 'http://api'}]") + service("web"),
        )
        assert [p.service for p in needed_peers(web, [api])] == ["api"]

    def test_broken_peers_do_not_break_looking(self) -> None:
        broken = Part("broken", ({"kind": "Service", "metadata": None}, {"spec": 7}))
        assert needed_peers(self.web, [broken]) == []

    def test_all_of_them_carry_the_labels(self) -> None:
        copy = copy_of(self.web, self.api, self.db)
        for pod in (*copy.peers, *copy.subject):
            assert yaml.safe_load(pod.text)["metadata"]["labels"].items() >= LABELS.items()
            assert pod.name.startswith("kk-1-")


def test_objects_are_not_changed() -> None:
    text = deployment("web", ", env: [{name: A, value: b}]") + service("web")
    before = objects(text)
    given = Part("web", objects(text), {"localhost/web:1": "sha256:w"})
    copy_of(given)
    assert given.objects == before
