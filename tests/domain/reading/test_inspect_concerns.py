"""What ``podman generate kube`` loses or breaks: 34 concerns, on inspections of Podman 4 and 5.

The numbers are those of the list in ``docs/option-groups.md``; the fixtures were made by
``python -m tests.live.concern_fixtures``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import pytest

from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.engine import Made, Options, render
from migrations_app.domain.loss import LossRow
from migrations_app.domain.manifests.resources import pod_spec
from migrations_app.domain.names import is_key, is_label
from migrations_app.domain.provenance import leaves
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle
from tests.domain.reading.test_inspect import FIXTURES, SCHEMAS, captured, made_of

VERSIONS = ("podman4", "podman5")


@pytest.fixture(params=VERSIONS)
def podman(request: pytest.FixtureRequest) -> str:
    """The Podman that was inspected."""
    return str(request.param)


@cache
def made(podman: str, *names: str) -> Made:
    """What several captures make together."""
    return made_of(
        {
            f"{name}/{path}": content
            for name in names
            for path, content in captured(FIXTURES / podman / name).items()
        }
    )


def bodies(result: Made, kind: str) -> list[dict[str, Any]]:
    return [item.body for item in result.objects if item.body["kind"] == kind]


def pod_of(result: Made) -> dict[str, Any]:
    [found] = [spec[1] for item in result.objects if (spec := pod_spec(item.body)) is not None]
    return found


def containers(result: Made) -> dict[str, dict[str, Any]]:
    pod = pod_of(result)
    listed = [*pod.get("initContainers", ()), *pod["containers"]]
    return {container["name"]: container for container in listed}


def only(result: Made) -> dict[str, Any]:
    [container] = pod_of(result)["containers"]
    return dict(container)


def mounted(result: Made, path: str, container: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The mount at a path together with its volume."""
    holder = container or only(result)
    [mount] = [item for item in holder["volumeMounts"] if item["mountPath"] == path]
    volumes = [item for item in pod_of(result)["volumes"] if item["name"] == mount["name"]]
    return {**mount, **(volumes[0] if volumes else {})}


def rows(result: Made, part: str) -> list[LossRow]:
    return [row for row in result.loss if part in row.path]


def told(result: Made, part: str, outcome: str = "dropped") -> bool:
    return any(row.outcome.value == outcome and row.reason.text for row in rows(result, part))


def codes(result: Made) -> set[str]:
    return {finding.code for finding in result.findings}


def recommended(result: Made, code: str) -> dict[str, str]:
    """The answers in force, by the last part of the question's id."""
    found = (question for question in result.questions if question.code == code)
    return {question.id.rpartition(":")[2]: question.in_force for question in found}


def keys(value: Any) -> Iterator[str]:
    for path, _leaf in leaves(value):
        yield from (str(step) for step in path)


def test_1_names_are_valid_and_told_of(podman: str) -> None:
    result = made(podman, "stack_pod")
    [workload] = bodies(result, "StatefulSet")
    assert workload["metadata"]["name"] == "stack-pod"
    assert {"kind": "StatefulSet", "from": "stack_pod", "to": "stack-pod"} in [
        {key: item[key] for key in ("kind", "from", "to")} for item in result.renames
    ]
    alone = made(podman, "My_App.v1")
    assert all(is_label(name) for name in containers(alone))


def test_2_volume_names_are_valid(podman: str) -> None:
    for name in ("volumes", "stack_pod"):
        pod = pod_of(made(podman, name))
        assert all(is_label(volume["name"]) for volume in pod["volumes"])


def test_3_volumes_that_differ_in_a_character_stay_two(podman: str) -> None:
    result = made(podman, "volumes")
    [workload] = bodies(result, "StatefulSet")
    claims = [item["metadata"]["name"] for item in workload["spec"]["volumeClaimTemplates"]]
    assert len(set(claims)) == 2
    assert mounted(result, "/data")["name"] != mounted(result, "/other")["name"]
    assert {mounted(result, path)["name"] for path in ("/data", "/other")} == set(claims)


def test_4_tmpfs_is_memory_of_one_container(podman: str) -> None:
    scratch = mounted(made(podman, "volumes"), "/scratch")
    assert scratch["emptyDir"] == {"medium": "Memory", "sizeLimit": "16Mi"}
    result = made(podman, "stack_pod")
    own = {mounted(result, "/scratch", containers(result)[name])["name"] for name in ("app", "web")}
    assert len(own) == 2


def test_5_a_read_only_root_keeps_its_writable_folders(podman: str) -> None:
    result = made(podman, "hardened")
    assert only(result)["securityContext"]["readOnlyRootFilesystem"] is True
    for path in ("/tmp", "/var/tmp", "/run"):
        assert mounted(result, path)["emptyDir"] == {"medium": "Memory"}


def test_6_a_volume_without_a_name_is_asked_about(podman: str) -> None:
    result = made(podman, "volumes")
    assert recommended(result, "anonymous-volume") == {
        "/cache": "emptydir",
        "/var/lib/rich": "emptydir",
    }
    assert mounted(result, "/var/lib/rich")["emptyDir"] == {}


def test_7_a_named_volume_is_a_claim_with_questions(podman: str) -> None:
    result = made(podman, "volumes")
    [workload] = bodies(result, "StatefulSet")
    for claim in workload["spec"]["volumeClaimTemplates"]:
        assert claim["spec"]["resources"]["requests"] == {"storage": "1Gi"}
    assert {"my_data", "my-data"} <= set(recommended(result, "volume-size"))
    assert {"my_data", "my-data"} <= set(recommended(result, "volume-class"))
    assert recommended(result, "volume-data") == {"my_data": "copy", "my-data": "copy"}
    bundle = read_bundle(MemoryFiles(captured(FIXTURES / podman / "volumes")), STRICT)
    asked = {f"volume-data:volumes:{name}": "copy" for name in ("my_data", "my-data")}
    for answers, found in (({}, True), (asked, False)):
        judged = render(bundle, Options(environment="staging", answers=answers), SCHEMAS)
        assert ("VOL-06" in codes(judged)) is found
    assert told(result, "Volume/my_data/Name", "converted")


def test_8_a_path_of_the_host_becomes_what_fits_it(podman: str) -> None:
    result = made(podman, "volumes")
    assert recommended(result, "bind-mount") == {
        "/etc/site.conf": "configmap",
        "/etc/tls.key": "secret",
        "/pages": "pvc",
        "/host/log": "hostpath",
        "/etc/localtime": "drop",
    }
    assert mounted(result, "/etc/site.conf")["configMap"] == {"name": "volumes-etc-site-conf"}
    [text] = bodies(result, "ConfigMap")
    assert text["data"] == {"site.conf": "colour = blue\n"}
    assert mounted(result, "/etc/tls.key")["secret"] == {"secretName": "volumes-etc-tls-key"}
    assert mounted(result, "/pages")["persistentVolumeClaim"] == {"claimName": "volumes-pages"}
    assert mounted(result, "/host/log")["hostPath"] == {"path": "/var/log", "type": "Directory"}
    assert all(item["mountPath"] != "/etc/localtime" for item in only(result)["volumeMounts"])


def test_9_relabelling_leaves_no_annotation(podman: str) -> None:
    result = made(podman, "volumes")
    assert "bind-mount-options" not in result.text
    assert not any(key in (":z", ":Z") for item in result.objects for key in keys(item.body))


def test_10_overlays_and_images_are_told_of(podman: str) -> None:
    result = made(podman, "volumes")
    reasons = [row.reason.text for row in result.loss if row.outcome.value == "dropped"]
    assert any("overlay" in reason for reason in reasons)
    assert any("Mounting an image" in reason for reason in reasons)


def test_11_volumes_of_init_containers_are_declared(podman: str) -> None:
    result = made(podman, "stack_pod")
    [workload] = bodies(result, "StatefulSet")
    declared = {item["name"] for item in pod_of(result)["volumes"]}
    declared |= {item["metadata"]["name"] for item in workload["spec"]["volumeClaimTemplates"]}
    [first, _once] = pod_of(result)["initContainers"]
    assert first["volumeMounts"] == [{"name": "my-data", "mountPath": "/data"}]
    assert "my-data" in declared


def test_12_an_init_container_that_vanishes_is_found(podman: str) -> None:
    result = made(podman, "stack_pod")
    assert [item["name"] for item in pod_of(result)["initContainers"]] == ["first", "once"]
    assert "CAP-05" in codes(result)


def test_13_a_device_is_asked_about_and_blocks_nothing(podman: str) -> None:
    result = made(podman, "hardened")
    assert recommended(result, "device") == {"/dev/null": "drop"}
    assert "CAP-04" in codes(result)
    assert only(result)["args"] == ["sleep", "1000"]


def test_14_a_health_check_becomes_probes(podman: str) -> None:
    container = only(made(podman, "names"))
    for probe in ("readinessProbe", "livenessProbe", "startupProbe"):
        assert container[probe]["httpGet"] == {"path": "/healthz", "port": 9000}
    assert (
        container["livenessProbe"]["failureThreshold"]
        > (container["readinessProbe"]["failureThreshold"])
    )


def test_15_an_image_that_cannot_carry_a_health_check_is_found(podman: str) -> None:
    assert "IMG-06" in codes(made(podman, "volumes"))


def test_16_restart_policies_decide_the_kind(podman: str) -> None:
    [job] = bodies(made(podman, "host_bound"), "Job")
    assert job["spec"]["backoffLimit"] == 0
    assert pod_of(made(podman, "host_bound"))["restartPolicy"] == "Never"
    assert recommended(made(podman, "host_bound"), "workload-kind") == {"kind": "job"}
    assert bodies(made(podman, "names"), "Deployment")
    both = made(podman, "stack_pod")
    assert bodies(both, "StatefulSet")
    assert told(both, "Container/app/HostConfig/RestartPolicy", "converted")


def test_17_variables_are_split_by_what_they_are(podman: str) -> None:
    result = made(podman, "names")
    env = {item["name"]: item for item in only(result)["env"]}
    assert set(env) == {"API_KEY", "GREETING", "TZ"}
    assert env["API_KEY"]["valueFrom"]["secretKeyRef"] == {
        "name": "names-secrets",
        "key": "API_KEY",
    }
    assert env["GREETING"]["value"] == "hello"
    [secret] = bodies(result, "Secret")
    assert list(secret["stringData"]) == ["API_KEY"]


def test_18_podman_secrets_become_secrets(podman: str) -> None:
    result = made(podman, "volumes")
    assert mounted(result, "/run/secrets/api-token")["secret"]["items"] == [
        {"key": "token", "path": "api-token", "mode": 0o400}
    ]
    assert only(result)["env"] == [
        {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "token", "key": "token"}}}
    ]
    assert recommended(result, "secret-value") == {"token": "stub"}
    assert "token" in [item["metadata"]["name"] for item in bodies(result, "Secret")]


def test_19_an_image_of_this_host_alone_is_found_and_its_id_kept(podman: str) -> None:
    result = made(podman, "names")
    assert only(result)["image"].startswith("localhost/")
    assert "IMG-01" in codes(result)
    assert result.facts.image_ids[only(result)["image"]]


def test_20_a_port_stands_at_the_container_that_listens(podman: str) -> None:
    result = made(podman, "stack_pod")
    assert "ports" not in containers(result)["app"]
    assert containers(result)["web"]["ports"] == [
        {"name": "tcp-7000", "containerPort": 7000, "protocol": "TCP"}
    ]
    assert not {"hostPort", "hostIP"} & set(keys(pod_of(result)))


def altered(podman: str, name: str, file: str, change: Callable[[Any], object]) -> Made:
    """A capture of which one inspection says something else."""
    files = captured(FIXTURES / podman / name)
    listed = json.loads(files[file])
    change(listed[0])
    return made_of({**files, file: json.dumps(listed).encode()})


def created_with(container: Any, *words: str) -> None:
    created = container["Config"]["CreateCommand"]
    at = created.index("--name")
    created[at:at] = words


def test_a_port_that_only_the_command_exposes_is_kept(podman: str) -> None:
    result = altered(
        podman,
        "shop_pod",
        "container-shop-db.json",
        lambda item: created_with(item, "--expose", "6543-6544/udp"),
    )
    ports = [(p["containerPort"], p["protocol"]) for p in containers(result)["shop-db"]["ports"]]
    assert ports == [(5432, "TCP"), (6543, "UDP"), (6544, "UDP")]
    [service] = [
        item for item in bodies(result, "Service") if item["metadata"]["name"] == "shop-pod"
    ]
    assert {6543, 6544} <= {port["port"] for port in service["spec"]["ports"]}


def test_21_the_service_is_stable_and_names_its_ports(podman: str) -> None:
    result = made(podman, "names")
    service = next(s for s in bodies(result, "Service") if s["metadata"]["name"] == "names")
    assert service["spec"]["type"] == "ClusterIP"
    assert [item["name"] for item in service["spec"]["ports"]] == ["tcp-53", "udp-53", "http"]
    assert "nodePort" not in set(keys(service))


def test_22_containers_that_stand_alone_stay_apart(podman: str) -> None:
    result = made(podman, "names", "hardened")
    assert [item["metadata"]["name"] for item in bodies(result, "Deployment")] == [
        "names",
        "hardened",
    ]


def test_23_names_on_a_network_become_services(podman: str) -> None:
    result = made(podman, "names")
    by_name = {item["metadata"]["name"]: item for item in bodies(result, "Service")}
    assert by_name["db"]["spec"]["selector"] == {"app": "names"}
    addresses = [row for row in rows(result, "CreateCommand/") if "addresses" in row.reason.text]
    assert [row.outcome.value for row in addresses] == ["dropped"]


def test_24_fixed_hosts_are_kept(podman: str) -> None:
    aliases = pod_of(made(podman, "names"))["hostAliases"]
    assert aliases == [{"ip": "10.1.2.3", "hostnames": ["billing"]}]


def test_25_reservations_and_shares_become_requests(podman: str) -> None:
    assert only(made(podman, "names"))["resources"] == {
        "limits": {"cpu": "500m", "memory": "64Mi"},
        "requests": {"cpu": "250m", "memory": "32Mi"},
    }


def test_26_the_rest_is_kept_or_told_of(podman: str) -> None:
    volumes, names, hardened = (made(podman, name) for name in ("volumes", "names", "hardened"))
    assert mounted(volumes, "/dev/shm")["emptyDir"]["sizeLimit"] == "128Mi"
    context = pod_of(hardened)["securityContext"]
    assert context["supplementalGroups"] == [4242]
    assert context["sysctls"] == [{"name": "net.ipv4.ping_group_range", "value": "0 100"}]
    assert told(hardened, "HostConfig/Ulimits")
    assert told(hardened, "HostConfig/PidsLimit")
    assert "SEC-08" in codes(hardened)
    assert {"name": "TZ", "value": "Asia/Tokyo"} in only(names)["env"]
    [workload] = bodies(names, "Deployment")
    assert workload["metadata"]["annotations"]["team"] == "payments"
    assert "CAP-06" in codes(names)
    assert told(names, "HostConfig/Init")
    assert told(names, "HostConfig/LogConfig")
    assert told(names, "Config/StopSignal")


def test_27_the_longest_time_to_stop_counts(podman: str) -> None:
    assert pod_of(made(podman, "names"))["terminationGracePeriodSeconds"] == 42
    assert pod_of(made(podman, "stack_pod"))["terminationGracePeriodSeconds"] == 30


def test_28_users_are_numbers_and_root_is_found(podman: str) -> None:
    context = only(made(podman, "hardened"))["securityContext"]
    assert (context["runAsUser"], context["runAsGroup"]) == (1001, 1002)
    assert only(made(podman, "host_bound"))["securityContext"]["runAsUser"] == 0
    assert "SEC-02" in codes(made(podman, "host_bound"))
    assert "runAsNonRoot" not in set(keys(pod_of(made(podman, "host_bound"))))


def test_29_capabilities_are_plain_and_compared_with_a_cluster(podman: str) -> None:
    capabilities = only(made(podman, "hardened"))["securityContext"]["capabilities"]
    assert capabilities == {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]}
    assert "SEC-06" not in codes(made(podman, "hardened"))
    [lacking] = [item for item in made(podman, "names").findings if item.code == "SEC-06"]
    assert "SYS_CHROOT" in str(lacking.message)


def test_what_was_asked_for_is_added_though_podman_gives_it_by_itself(podman: str) -> None:
    def some(container: Any) -> None:
        created_with(container, "--cap-add", "net_raw,sys_time")
        container["HostConfig"]["CapAdd"] = ["CAP_SYS_TIME"]

    def everything(container: Any) -> None:
        created_with(container, "--cap-add=all")
        container["HostConfig"]["CapAdd"] = ["CAP_SYS_TIME", "CAP_SYS_ADMIN"]

    [file] = [
        name for name in captured(FIXTURES / podman / "plain") if name.startswith("container")
    ]
    added = only(altered(podman, "plain", file, some))["securityContext"]["capabilities"]["add"]
    assert added == ["SYS_TIME", "NET_RAW"]
    result = altered(podman, "plain", file, everything)
    assert only(result)["securityContext"]["capabilities"]["add"] == ["ALL"]
    assert told(result, "HostConfig/CapAdd")


def test_a_mount_over_one_folder_leaves_the_others_writable() -> None:
    def change(container: Any) -> None:
        container["HostConfig"]["ReadonlyRootfs"] = True
        container["HostConfig"]["Tmpfs"] = {"/tmp": "rw"}

    result = altered("podman5", "plain", "container-plain.json", change)
    paths = {mount["mountPath"] for mount in only(result)["volumeMounts"]}
    assert {"/tmp", "/run", "/var/tmp"} <= paths


def test_an_address_that_only_the_command_fixes_is_told_of(podman: str) -> None:
    def change(container: Any) -> None:
        created_with(container, "--network", "shop-net:alias=web,ip=10.89.7.7")

    result = altered(podman, "plain", "container-plain.json", change)
    assert [row.outcome.value for row in rows(result, "CreateCommand/")] == ["dropped"]


def test_a_listed_test_and_no_time_to_stop(podman: str) -> None:
    def change(container: Any) -> None:
        created_with(container, "--stop-timeout", "0")
        container["Config"]["StopTimeout"] = 0
        container["Config"]["Healthcheck"] = {"Test": ['["CMD",', '"/bin/true"]']}
        container["Mounts"].append(
            {"Type": "bind", "Source": "devpts", "Destination": "/dev/pts", "Options": []}
        )

    [file] = [
        name for name in captured(FIXTURES / podman / "plain") if name.startswith("container")
    ]
    result = altered(podman, "plain", file, change)
    assert pod_of(result)["terminationGracePeriodSeconds"] == 0
    assert only(result)["readinessProbe"]["exec"]["command"] == ["/bin/true"]
    assert not any(
        mount["mountPath"] == "/dev/pts" for mount in only(result).get("volumeMounts", ())
    )


def test_30_namespaces_of_the_host_are_kept_and_found(podman: str) -> None:
    pod = pod_of(made(podman, "host_bound"))
    assert (pod["hostNetwork"], pod["hostPID"], pod["hostIPC"]) == (True, True, True)
    assert "SEC-08" in codes(made(podman, "host_bound"))
    profile = only(made(podman, "hardened"))["securityContext"]["seccompProfile"]
    assert profile == {"type": "Unconfined"}


def test_31_selinux_is_what_a_pod_can_have(podman: str) -> None:
    result = made(podman, "hardened")
    assert only(result)["securityContext"]["seLinuxOptions"] == {"type": "spc_t"}
    unmasked = [row for row in rows(result, "CreateCommand/") if "hides" in row.reason.text]
    assert [row.outcome.value for row in unmasked] == ["dropped"]
    assert not {"procMount", "hostUsers", "fileType"} & set(keys(pod_of(result)))


def test_several_selinux_labels_stand_in_one_text(podman: str) -> None:
    files = {
        path: content.replace(
            b'"label=type:spc_t"', b'"label=type:spc_t,label=level:s0:c1,c2,label=user:user_u"'
        )
        for path, content in captured(FIXTURES / podman / "hardened").items()
    }
    options = only(made_of(files))["securityContext"]["seLinuxOptions"]
    assert options == {"level": "s0:c1,c2", "type": "spc_t", "user": "user_u"}


def test_32_annotations_are_peoples_own(podman: str) -> None:
    for name in ("names", "stack_pod", "volumes", "host_bound"):
        for item in made(podman, name).objects:
            annotations = item.body["metadata"].get("annotations") or {}
            assert not any(key.startswith(("io.podman", "io.kubernetes")) for key in annotations)
            assert all(is_key(key) for key in annotations)
    [workload] = bodies(made(podman, "names"), "Deployment")
    assert workload["spec"]["template"]["metadata"]["annotations"] == {"example.com/foo": "bar"}


def test_33_nothing_is_noise(podman: str) -> None:
    for name in ("names", "stack_pod", "volumes"):
        result = made(podman, name)
        assert not {"creationTimestamp", "status"} & {
            key for item in result.objects for key in keys(item.body)
        }
        pod = pod_of(result)
        assert (pod["automountServiceAccountToken"], pod["enableServiceLinks"]) == (False, False)


def test_34_a_container_without_an_image_is_found_and_asked_about(podman: str) -> None:
    result = made(podman, "unpacked")
    assert recommended(result, "image-name") == {"unpacked": "localhost/unpacked:latest"}
    assert told(result, "Rootfs")
    assert any(
        item.severity.value == "blocker" for item in result.findings if item.code == "CAP-06"
    )


def test_every_concern_has_its_test() -> None:
    tested: Sequence[str] = [name for name in globals() if name.startswith("test_")]
    numbers = {int(name.split("_")[1]) for name in tested if name.split("_")[1].isdigit()}
    assert numbers == set(range(1, 35))
