"""Units that call Podman become services, and every setting of them is told of once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import Bundle, MemoryFiles
from migrations_app.domain.engine import Options, render
from migrations_app.domain.errors import UnreadableSource
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle
from migrations_app.domain.reading.reading import Given
from migrations_app.domain.reading.systemd.calendar import cron_line
from migrations_app.domain.spec import RestartPolicy

GOLDEN = Path(__file__).parents[1] / "golden"
SCHEMAS = BundledSchemas()
POD = """[Service]
ExecStartPre=/usr/bin/podman pod create --pod-id-file %t/shop.pod-id --name shop -p 8080:80
ExecStart=/usr/bin/podman pod start --pod-id-file %t/shop.pod-id
"""
MEMBER = """[Unit]
BindsTo=pod-shop.service
[Service]
ExecStart=/usr/bin/podman run --pod-id-file %t/shop.pod-id --name {name} img
"""


def bundle(given: Given | None = None, **files: str) -> Bundle:
    members = {name.replace("_", ".", 1): text.encode() for name, text in files.items()}
    return read_bundle(MemoryFiles(members), STRICT, given=given or Given())


@pytest.mark.parametrize("case", sorted(p.name for p in GOLDEN.glob("systemd-*")))
def test_every_setting_of_a_unit_is_told_of_once(case: str) -> None:
    files = {path.name: path.read_bytes() for path in (GOLDEN / case).glob("source*")}
    loss = render(read_bundle(MemoryFiles(files), STRICT), Options(), SCHEMAS).loss
    paths = Counter(row.path for row in loss)
    assert [path for path, count in paths.items() if count > 1] == []
    told = {row.place.line for row in loss if row.place.file == "source.service"}
    lines = files["source.service"].decode().splitlines()
    settings = [n for n, line in enumerate(lines, 1) if "=" in line and line[0].isupper()]
    starts = [n for n in settings if not any(n <= line <= n + 10 for line in told)]
    assert starts == []


def test_what_is_said_to_podman_itself_does_not_hide_what_it_does() -> None:
    pod, member = (
        text.replace("/usr/bin/podman", "/usr/bin/podman --root /srv/store --log-level debug")
        for text in (POD, MEMBER)
    )
    member = member.replace("debug run", "debug container run")
    made = bundle(a_service=pod, b_service=member.format(name="web"))
    [spec] = made.specs
    assert (spec.name, spec.is_pod) == ("shop", True)
    assert [container.name for container in spec.containers] == ["web"]
    assert [finding.code for finding in made.findings] == []


def test_units_of_one_bundle_are_put_together() -> None:
    made = bundle(
        a_service=POD, b_service=MEMBER.format(name="web"), c_service=MEMBER.format(name="db")
    )
    [spec] = made.specs
    assert (spec.name, spec.identity, spec.is_pod) == ("shop", "systemd:a.service", True)
    assert [container.name for container in spec.containers] == ["web", "db"]
    assert spec.containers[0].ports[0].host_port == 8080
    assert [finding for finding in made.findings if finding.code == "CAP-01"] == []


def test_a_pod_or_a_container_without_the_other_is_told_of() -> None:
    assert bundle(a_service=POD).specs == ()
    assert [f.code for f in bundle(a_service=POD).findings] == ["CAP-01"]
    orphan = bundle(b_service=MEMBER.format(name="web"))
    assert [(spec.name, spec.is_pod) for spec in orphan.specs] == [("shop", True)]
    assert [f.code for f in orphan.findings] == ["CAP-01"]


def test_a_unit_that_starts_what_is_there_asks_for_its_inspection() -> None:
    unit = "[Service]\nExecStart=/usr/bin/podman start web\n"
    [finding] = bundle(web_service=unit).findings
    assert finding.code == "CAP-01"
    assert "--new" in str(finding.fix)
    inspection = '{"Id": "1", "Name": "web", "ImageName": "i", "Config": {}, "HostConfig": {}}'
    made = bundle(web_service=unit, web_json=inspection)
    assert not any("--new" in str(finding.fix) for finding in made.findings)
    assert [spec.name for spec in made.specs] == ["web"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("Restart=always", RestartPolicy.ALWAYS),
        ("Restart=no", RestartPolicy.NO),
        ("Restart=on-failure", RestartPolicy.UNSET),
        ("Type=oneshot", RestartPolicy.NO),
        ("", RestartPolicy.UNSET),
    ],
)
def test_when_a_unit_is_started_again(lines: str, expected: RestartPolicy) -> None:
    unit = f"[Service]\n{lines}\nExecStart=/usr/bin/podman run --name web img\n"
    assert bundle(web_service=unit).specs[0].containers[0].restart is expected


def test_systemd_puts_in_its_own_variables_and_specifiers() -> None:
    unit = """[Service]
Environment=A=1 "B=two words"
ExecStart=/usr/bin/podman run --name %p -e A=${A} -e B=${B} -e C=%% -e D=$$x -e E=${UNKNOWN} \\
  -v %h/data:/data img $A
"""
    made = bundle(Given(answers={"variable:web.service:UNKNOWN": "told"}), web_service=unit)
    [container] = made.specs[0].containers
    values = {"A": "1", "B": "two words", "C": "%", "D": "$x", "E": "told"}
    assert (container.name, container.environment) == ("web", values)
    assert container.mounts[0].source == "/root/data"
    assert container.args == ("1",)
    assert {q.id for q in made.questions} >= {"unit-specifier:h", "variable:web.service:UNKNOWN"}
    assert container.places["environment/E"].line == 3
    assert made.facts.variables == {"UNKNOWN": "told"}


def test_units_that_need_each_other_depend_on_each_other() -> None:
    web = "[Unit]\nRequires=db.service\nAfter=db.service\n[Service]\nExecStart=podman run web\n"
    made = bundle(web_service=web, db_service="[Service]\nExecStart=podman run --name db img\n")
    specs = {spec.name: spec for spec in made.specs}
    assert [d.service for d in specs["web"].depends_on] == ["db"]


def test_a_quote_that_is_never_closed_is_a_problem_with_its_place() -> None:
    with pytest.raises(UnreadableSource) as caught:
        bundle(web_service="[Service]\nExecStart=/usr/bin/podman run 'img\n")
    [problem] = caught.value.problems
    assert (problem.code, problem.place.line, problem.place.column) == ("cut_off", 2, 31)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("daily", "0 0 * * *"),
        ("Mon..Fri *-*-* 02:30:00", "30 2 * * 1-5"),
        ("*-*-* 04:05:00", "5 4 * * *"),
        ("*-*-01 00:00", "0 0 1 * *"),
        ("Sat,Sun 10:00", "0 10 * * 6,0"),
        ("*:0/15", "*/15 * * * *"),
        ("*-*-* 01:00:30", None),
        ("2030-01-01", None),
        ("", None),
    ],
)
def test_times_of_timers(text: str, expected: str | None) -> None:
    assert cron_line(text) == expected
