"""Pod Security: what is dropped, what is added back, who runs, and where one may write."""

from __future__ import annotations

from typing import Any

import pytest

from migrations_app.domain.bundle import Facts, ImageFacts
from migrations_app.domain.errors import InvalidInput
from tests.domain.transforms.applying import applied, container, run, setters

RESTRICTED = "security: {level: restricted}"


def pod(context: str = "{}", more: str = "", shared: str = "{}", ports: str = "[]") -> str:
    return (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec:\n"
        f"  securityContext: {shared}\n  {more}\n  containers:\n"
        f"  - {{name: web, image: localhost/web:1, ports: {ports}, securityContext: {context}}}\n"
        "  - {name: side, image: localhost/side:1, securityContext: {runAsUser: 1}}\n"
    )


def web(text: str, *presets: str, **more: Any) -> Any:
    return container(applied(text, *presets, **more)[0], "web").get("securityContext")


def test_restricted_drops_and_forbids_what_pod_security_wants_dropped_and_forbidden() -> None:
    assert web(pod("{runAsUser: 7}"), RESTRICTED) == {
        "runAsUser": 7,
        "capabilities": {"drop": ["ALL"]},
        "allowPrivilegeEscalation": False,
        "seccompProfile": {"type": "RuntimeDefault"},
        "runAsNonRoot": True,
    }


@pytest.mark.parametrize(
    ("written", "section", "left"),
    [
        ("{add: [NET_RAW, NET_BIND_SERVICE]}", "level: restricted", ["NET_BIND_SERVICE"]),
        ("{add: [NET_RAW, SETFCAP]}", "level: restricted", None),
        ("{add: [SETFCAP]}", "level: baseline, capabilities: {drop: [ALL]}", ["SETFCAP"]),
        ("{}", "capabilities: {drop: [ALL], add: [CHOWN, SETUID]}", ["CHOWN", "SETUID"]),
        ("{add: [NET_RAW]}", "level: none, capabilities: {drop: [ALL]}", ["NET_RAW"]),
        ("{add: [CHOWN]}", "capabilities: {drop: [ALL], add: [CHOWN]}", ["CHOWN"]),
    ],
)
def test_what_is_needed_is_added_back_as_far_as_the_level_lets_it(
    written: str, section: str, left: list[str] | None
) -> None:
    made = web(pod(f"{{capabilities: {written}}}"), f"security: {{{section}}}")
    assert made["capabilities"]["drop"] == ["ALL"]
    assert made["capabilities"].get("add") == left


def test_a_low_port_keeps_its_capability_and_is_open_to_a_user_that_is_not_root() -> None:
    (body,) = applied(pod(ports="[{containerPort: 8080}, {containerPort: 80}]"), RESTRICTED)
    assert container(body, "web")["securityContext"]["capabilities"]["add"] == ["NET_BIND_SERVICE"]
    assert body["spec"]["securityContext"]["sysctls"] == [
        {"name": "net.ipv4.ip_unprivileged_port_start", "value": "80"}
    ]


def test_a_capability_that_is_asked_for_and_needed_is_added_once() -> None:
    made = web(
        pod(ports="[{containerPort: 80}]"),
        "security: {level: restricted, capabilities: {add: [NET_BIND_SERVICE]}}",
    )

    assert made["capabilities"] == {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}


def test_a_capability_that_the_source_drops_is_not_given_back() -> None:
    text = pod("{capabilities: {drop: [NET_BIND_SERVICE]}}", ports="[{containerPort: 80}]")
    assert web(text, RESTRICTED)["capabilities"] == {"drop": ["ALL"]}


def test_what_a_level_forbids_goes_for_containers_and_for_the_pod() -> None:
    text = pod(
        "{privileged: true, procMount: Unmasked, seccompProfile: {type: Unconfined},"
        " seLinuxOptions: {type: spc_t, level: s0}}",
        more="hostNetwork: true",
        shared="{seccompProfile: {type: Unconfined}, runAsUser: 0, runAsNonRoot: false,"
        " sysctls: [{name: kernel.msgmax, value: '1'},"
        " {name: net.ipv4.ip_unprivileged_port_start, value: '0'}]}",
        ports="[{containerPort: 8080, hostPort: 80, hostIP: 127.0.0.1}]",
    )
    (body,) = applied(text, RESTRICTED)
    assert "hostNetwork" not in body["spec"]
    assert body["spec"]["securityContext"] == {
        "sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]
    }
    made = container(body, "web")
    assert made["ports"] == [{"containerPort": 8080}]
    assert made["securityContext"] == {
        "seLinuxOptions": {"level": "s0"},
        "capabilities": {"drop": ["ALL"]},
        "allowPrivilegeEscalation": False,
        "seccompProfile": {"type": "RuntimeDefault"},
        "runAsNonRoot": True,
        "runAsUser": 1001,
        "runAsGroup": 1001,
    }


def test_mounts_go_one_way_without_privileges() -> None:
    mount = "volumeMounts: [{name: d, mountPath: /d, mountPropagation: Bidirectional}]"
    text = pod("{privileged: true}").replace("- {name: web,", f"- {{name: web, {mount},")
    (body,) = applied(text, "security: {level: baseline}")
    (made,) = container(body, "web")["volumeMounts"]
    assert made["mountPropagation"] == "HostToContainer"


def test_baseline_takes_privileges_away_and_asks_for_nothing_more() -> None:
    text = pod("{privileged: true, capabilities: {add: [SYS_ADMIN, CHOWN]}, runAsUser: 0}")
    assert web(text, "security: {level: baseline}") == {
        "capabilities": {"add": ["CHOWN"]},
        "runAsUser": 0,
    }


def test_a_container_may_be_left_out_by_name() -> None:
    text = pod("{privileged: true}", more="hostPID: true")
    preset = "security: {level: restricted, containers: {web: {level: none}}}"
    (body,) = applied(text, preset)
    assert container(body, "web")["securityContext"] == {"privileged": True}
    assert container(body, "side")["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert body["spec"]["hostPID"] is True


def test_no_cluster_takes_a_privileged_container_that_may_not_escalate() -> None:
    preset = "security: {allowPrivilegeEscalation: false}"
    assert web(pod("{privileged: true}"), preset) == {"privileged": True}
    assert web(pod(), preset) == {"allowPrivilegeEscalation": False}


def test_a_profile_of_the_node_is_named_by_its_path() -> None:
    preset = "security: {level: restricted, seccomp: {localhostProfile: profiles/banking-v1.json}}"
    assert web(pod(), preset)["seccompProfile"] == {
        "type": "Localhost",
        "localhostProfile": "profiles/banking-v1.json",
    }


@pytest.mark.parametrize(
    ("written", "image", "user", "asked"),
    [
        ("{runAsUser: 7}", None, 7, False),
        ("{runAsUser: 7}", "0", 7, False),
        ("{}", "1000:0", None, False),
        ("{}", "app", 1001, True),
        ("{}", "", 1001, True),
        ("{}", None, None, True),
        ("{runAsUser: 0}", None, 1001, True),
        ("{runAsUser: 0}", "1000", 1001, True),
    ],
)
def test_the_user_is_the_sources_the_images_or_a_question(
    written: str, image: str | None, user: int | None, *, asked: bool
) -> None:
    images = {} if image is None else {"localhost/web:1": ImageFacts(user=image)}
    running = run(pod(written), RESTRICTED, facts=Facts(images=images))
    made = container(running.bodies[0], "web")["securityContext"]
    assert made["runAsNonRoot"] is True
    assert made.get("runAsUser") == user
    assert list(running.questions) == (["run-as-user:shop:web"] if asked else [])


def test_the_answer_is_a_number_or_the_image() -> None:
    def answered(answer: str) -> Any:
        return web(pod("{runAsUser: 0}"), RESTRICTED, answers={"run-as-user:shop:web": answer})

    assert answered("1500:0")["runAsUser"] == 1500
    assert answered("1500:0")["runAsGroup"] == 0
    assert "runAsUser" not in answered("image")
    with pytest.raises(InvalidInput, match="root"):
        answered("root")
    with pytest.raises(InvalidInput):
        answered("0")


def test_a_preset_gives_a_number_where_the_source_has_none() -> None:
    preset = "security: {level: restricted, user: 1200, group: 1300}"
    assert web(pod(), preset)["runAsUser"] == 1200
    assert web(pod("{runAsUser: 7}"), preset)["runAsUser"] == 7
    by_name = "security: {level: restricted, containers: {web: {user: 1400}}}"
    assert web(pod("{runAsUser: 7}"), by_name)["runAsUser"] == 1400
    assert run(pod(), preset).questions == {}


def test_an_id_may_come_through_a_parameter_and_must_be_a_number() -> None:
    preset = 'parameters: {U: {default: "%s"}}\nsecurity: {user: "${U}"}'
    assert web(pod(), preset % "1200")["runAsUser"] == 1200
    with pytest.raises(InvalidInput, match=r"security\.user"):
        web(pod(), preset % "somebody")


def test_a_read_only_root_leaves_folders_to_write_to() -> None:
    preset = "security: {readOnlyRoot: true, writablePaths: [/var/cache/web/]}"
    text = pod().replace(
        "- {name: side,", "- {name: side, volumeMounts: [{name: x, mountPath: /tmp}],"
    )
    (body,) = applied(text, preset)
    made = container(body, "web")
    assert made["securityContext"]["readOnlyRootFilesystem"] is True
    assert [item["mountPath"] for item in made["volumeMounts"]] == [
        "/tmp",
        "/var/tmp",
        "/run",
        "/var/cache/web",
    ]
    side = [item["mountPath"] for item in container(body, "side")["volumeMounts"]]
    assert side == ["/tmp", "/var/tmp", "/run", "/var/cache/web"]
    mounted = {m["name"] for c in body["spec"]["containers"] for m in c["volumeMounts"]} - {"x"}
    assert {item["name"] for item in body["spec"]["volumes"]} == mounted
    assert len(mounted) == 7, "each container has folders of its own"


def test_a_container_that_has_to_write_is_left_out() -> None:
    preset = "security: {readOnlyRoot: true, containers: {web: {readOnlyRoot: false}}}"
    assert web(pod("{readOnlyRootFilesystem: true}"), preset) == {"readOnlyRootFilesystem": False}
    assert web(pod(), preset) == {}


def test_the_group_of_volumes_is_for_pods_that_have_some() -> None:
    preset = "security: {fsGroup: 2000, fsGroupChangePolicy: OnRootMismatch}"
    (body,) = applied(pod(more="volumes: [{name: d, emptyDir: {}}]"), preset)
    assert body["spec"]["securityContext"] == {
        "fsGroup": 2000,
        "fsGroupChangePolicy": "OnRootMismatch",
    }
    assert applied(pod(), preset)[0]["spec"]["securityContext"] == {}


def test_pods_for_windows_are_left_alone() -> None:
    text = pod("{privileged: true}", more="os: {name: windows}")
    assert web(text, RESTRICTED) == {"privileged": True}


def test_each_field_is_recorded_under_the_preset_that_asked_for_it() -> None:
    organisation = RESTRICTED
    own = "security: {readOnlyRoot: true, containers: {web: {seccomp: Unconfined}}}"
    found = setters(run(pod("{runAsUser: 7}"), organisation, own))
    assert "spec.containers.0.securityContext.capabilities" in found["p1"]
    assert "spec.containers.1.securityContext.seccompProfile" in found["p1"]
    assert "spec.containers.0.securityContext.seccompProfile" in found["p2"]
    assert "spec.containers.0.securityContext.readOnlyRootFilesystem" in found["p2"]


def test_a_port_of_the_host_is_seen_by_routes_before_it_goes() -> None:
    text = pod(ports="[{containerPort: 9000}, {containerPort: 8080, hostPort: 80}]").replace(
        "metadata: {name: shop}", "metadata: {name: shop, labels: {app: shop}}"
    )
    preset = "security: {level: restricted}\nexposure: {host: shop.example.com, hostPorts: keep}"
    objects = applied(text, preset)
    assert container(objects[0], "web")["ports"][1] == {"containerPort": 8080}
    (ingress,) = [body for body in objects if body["kind"] == "Ingress"]
    (path,) = ingress["spec"]["rules"][0]["http"]["paths"]
    (service,) = [body for body in objects if body["kind"] == "Service"]
    (port,) = [
        port
        for port in service["spec"]["ports"]
        if path["backend"]["service"]["port"] in ({"name": port["name"]}, {"number": port["port"]})
    ]
    assert port["targetPort"] in (8080, "web-8080", "http")
