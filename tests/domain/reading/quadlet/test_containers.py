"""Container units as services."""

from __future__ import annotations

import pytest

from migrations_app.domain.spec import Condition, Dependency, MountKind, RestartPolicy
from tests.domain.reading.quadlet.reading_units import only, read, service


def test_a_service_is_called_as_its_unit_and_known_by_its_systemd_service():
    spec = only("[Container]\nImage=a\n")
    assert (spec.name, spec.identity) == ("web", "systemd:web.service")
    assert spec.containers[0].name == "web"


def test_a_chosen_name_and_a_chosen_service_name_count():
    spec = only("[Container]\nImage=a\nContainerName=shop-%p\nServiceName=other\n")
    assert (spec.name, spec.identity) == ("shop-other", "systemd:other.service")


def test_peers_on_a_network_find_it_by_the_name_podman_gives():
    assert only("[Container]\nImage=a\nNetwork=app\n").aliases == ("systemd-web",)
    assert only("[Container]\nImage=a\n").aliases == ()


def test_every_variable_of_a_line_is_taken():
    (container,) = only(
        "[Container]\nImage=a\nEnvironment=A=1 'B=2 3'\nEnvironment=C=4 A=5\n"
    ).containers
    assert container.environment == {"A": "5", "B": "2 3", "C": "4"}
    assert str(container.places["environment/B"]).startswith("web.container:3:17 ")


@pytest.mark.parametrize(
    ("service_lines", "policy"),
    [
        ("", RestartPolicy.UNSET),
        ("Restart=always", RestartPolicy.ALWAYS),
        ("Restart=no", RestartPolicy.NO),
        ("Restart=on-abnormal", RestartPolicy.ON_FAILURE),
        ("Type=oneshot", RestartPolicy.NO),
        ("Type=oneshot\nRestart=on-failure", RestartPolicy.ON_FAILURE),
    ],
)
def test_systemd_decides_on_restarts(service_lines: str, policy: RestartPolicy):
    spec = only(f"[Container]\nImage=a\n[Service]\n{service_lines}\n")
    assert spec.containers[0].restart is policy


def test_limits_of_the_service_hold_for_its_container():
    text = "[Container]\nImage=a\n[Service]\nMemoryMax=1G\nCPUQuota=150%\nTasksMax=50\n"
    resources = only(text).containers[0].resources
    assert (resources.memory_limit, resources.cpu_limit, resources.pids_limit) == (2**30, "1.5", 50)
    apart = only(text.replace("Image=a", "Image=a\nCgroupsMode=enabled\nMemory=1m"))
    assert apart.containers[0].resources.memory_limit == 2**20
    assert apart.containers[0].resources.cpu_limit is None


def test_specifiers_of_the_machine_are_asked_once_for_all_units():
    files = {
        "a.container": "[Container]\nImage=a\nVolume=%h/a:/a\n",
        "b.container": "[Container]\nImage=a\nVolume=%h/b:/b\nEnvironment=NAME=%N\n",
    }
    bundle = read(files)
    (question,) = bundle.questions
    assert (question.id, question.recommended) == ("unit-specifier:h", "/root")
    answered = read(files, answers={"unit-specifier:h": "/home/ann"})
    sources = [spec.containers[0].mounts[0].source for spec in answered.specs]
    assert sources == ["/home/ann/a", "/home/ann/b"]
    assert answered.specs[1].containers[0].environment == {"NAME": "b"}


def test_variables_are_those_of_the_service_and_others_are_asked_for():
    text = (
        "[Container]\nImage=a:${TAG}\nExec=run $ARGS $$HOME ${OTHER}x\n"
        '[Service]\nEnvironment="ARGS=-a -b" TAG=1\n'
    )
    bundle = read({"web.container": text})
    (container,) = bundle.specs[0].containers
    assert container.image == "a:1"
    assert container.args == ("run", "-a", "-b", "$HOME", "x")
    assert [question.id for question in bundle.questions] == ["unit-variable:web.container:OTHER"]
    assert bundle.facts.variables == {"OTHER": ""}
    given = read({"web.container": text}, variables={"OTHER": "y"})
    assert given.specs[0].containers[0].args == ("run", "-a", "-b", "$HOME", "yx")
    assert (given.questions, given.facts.variables) == ((), {"OTHER": "y"})


def test_a_secret_that_was_given_is_shown_nowhere():
    text = "[Container]\nImage=a\nEnvironment=TOKEN=${API_TOKEN}\n"
    bundle = read({"web.container": text}, variables={"API_TOKEN": "s3cret-value-1"})
    assert bundle.specs[0].containers[0].environment == {"TOKEN": "s3cret-value-1"}
    assert bundle.questions == ()
    assert "s3cret" not in str(bundle.facts)


def test_a_variable_in_a_name_is_put_in():
    text = "[Container]\nImage=a\nContainerName=db-${MAJOR}\n[Service]\nEnvironment=MAJOR=16\n"
    assert only(text).name == "db-16"


def test_variables_of_a_file_of_the_service_are_found_beside_the_unit():
    unit = (
        "[Container]\nImage=a:${TAG}\nLabel=x=${WHO}\n"
        "[Service]\nEnvironment=TAG=1 WHO=me\nEnvironmentFile=-/etc/app/app.env\n"
    )
    bundle = read({"u/web.container": unit, "u/app.env": "# which\nTAG='2'\n; no\nX=$Y\n"})
    (container,) = bundle.specs[0].containers
    assert container.image == "a:2"
    assert container.labels == {"x": "me"}
    assert bundle.questions == ()
    told = {row.path: row.outcome.value for row in bundle.loss}
    assert told["web.container/Service/EnvironmentFile"] == "converted"


def test_an_environment_file_beside_the_unit_is_read():
    bundle = read(
        {
            "units/web.container": "[Container]\nImage=a\nEnvironmentFile=./web.env\n",
            "units/web.env": "A=1\n",
        }
    )
    assert bundle.specs[0].containers[0].environment == {"A": "1"}
    assert [member.problems for member in bundle.members] == [(), ()]


def test_a_template_has_the_instances_that_are_named():
    files = {
        "app@.container": "[Container]\nImage=a\nEnvironment=WHO=%i\nVolume=data@.volume:/data\n",
        "data@.volume": "[Volume]\nLabel=a=b\n",
        "front.container": "[Container]\nImage=b\n[Unit]\nAfter=app@blue.service\n",
    }
    bundle = read(files)
    assert {spec.name for spec in bundle.specs} == {"app-blue", "front"}
    app = service(bundle, "app-blue")
    assert app.identity == "systemd:app@blue.service"
    assert app.containers[0].environment == {"WHO": "blue"}
    assert [(v.name, v.labels) for v in app.volumes] == [("systemd-data-blue", {"a": "b"})]
    answered = read(files, answers={"unit-instances:app@.container": "x, y"})
    assert {spec.name for spec in answered.specs} == {"app-x", "app-y", "front"}


def test_neighbours_are_put_in_the_place_of_their_units():
    bundle = read(
        {
            "web.container": (
                "[Unit]\nRequires=db.container\nAfter=db.service init.container\n"
                "[Container]\nImage=web.image\nVolume=data.volume:/data\nNetwork=net.network\n"
            ),
            "db.container": "[Container]\nImage=db.build\nNotify=healthy\n",
            "init.container": "[Container]\nImage=a\n[Service]\nType=oneshot\n",
            "web.image": "[Image]\nImage=quay.io/web:1\nArch=arm64\n",
            "db.build": "[Build]\nImageTag=localhost/db:1\nSetWorkingDirectory=unit\n",
            "data.volume": "[Volume]\nVolumeName=shop\nDriver=nfs\nOptions=x\nDevice=y\n",
            "net.network": "[Network]\n",
        }
    )
    web = service(bundle, "web")
    (container,) = web.containers
    assert (container.image, container.platform) == ("quay.io/web:1", "linux/arm64")
    assert [(m.kind, m.source) for m in container.mounts] == [(MountKind.VOLUME, "shop")]
    assert [(v.name, v.driver) for v in web.volumes] == [("shop", "nfs")]
    assert web.networks == ("systemd-net",)
    assert service(bundle, "db").containers[0].image == "localhost/db:1"
    waits = [(d.service, d.condition, d.required) for d in web.depends_on]
    assert waits == [("db", Condition.HEALTHY, True), ("init", Condition.COMPLETED, False)]
    assert isinstance(web.depends_on[0], Dependency)
    assert bundle.findings == ()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Volume=gone.volume:/x", "The unit gone.volume is not among the files."),
        ("Pod=gone.pod", "The unit gone.pod is not among the files."),
        ("PublishPorts=80", "There is no key PublishPorts in [Container]; is PublishPort meant?"),
        ("Group=1", "Group is given without User."),
    ],
)
def test_what_podman_refuses_is_rendered_with_a_finding(line: str, reason: str):
    bundle = read({"web.container": f"[Container]\nImage=a\n{line}\n"})
    assert [spec.name for spec in bundle.specs] == ["web"]
    (finding,) = bundle.findings
    assert (finding.code, finding.severity.value) == ("CAP-09", "high")
    assert str(finding.message) == f"Podman refuses web.container: {reason}"
    assert (finding.place.file, finding.place.line) == ("web.container", 3)


def test_a_unit_without_an_image_has_one_without_a_name():
    bundle = read({"web.container": "[Container]\nExec=a\n"})
    assert bundle.specs[0].containers[0].image_unnamed
    missing = read({"web.container": "[Container]\nImage=gone.build\n"})
    assert missing.specs[0].containers[0].image_unnamed


@pytest.mark.parametrize("source", ["/a\rb", "/" + "x" * 200_000])
def test_a_mount_that_is_no_line_of_csv_is_taken_as_it_stands(source: str):
    spec = only(f"[Container]\nImage=a\nMount=type=bind,source={source},target=/b\n")
    assert "/b" in [mount.target for mount in spec.containers[0].mounts]


@pytest.mark.parametrize(
    ("notify", "codes"), [("true", ["CAP-06"]), ("healthy", []), ("false", [])]
)
def test_a_program_that_tells_systemd_itself_leans_on_it(notify: str, codes: list[str]):
    bundle = read({"web.container": f"[Container]\nImage=a\nNotify={notify}\n"})
    assert [finding.code for finding in bundle.findings] == codes
