"""Containerfiles are read as builders read them, and judged by what the image will be."""

from __future__ import annotations

import pytest

from migrations_app.domain.bundle import Bundle, MemoryFiles, SourceKind
from migrations_app.domain.errors import UnreadableSource
from migrations_app.domain.reading.containerfile.parsing import parse
from migrations_app.domain.reading.containerfile.rules import RULED, judge
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle

GOOD = """FROM registry.example.com/base:1@sha256:{digest}
USER 1001
HEALTHCHECK CMD curl -f http://localhost/
""".format(digest="a" * 64)


def codes(text: str, target: str = "") -> list[str]:
    return [finding.code for finding in judge(parse(text, "Containerfile"), target)]


def bundle(**files: str) -> Bundle:
    members = {name.replace("__", "."): text.encode() for name, text in files.items()}
    return read_bundle(MemoryFiles(members), STRICT)


def test_a_good_file_has_no_findings() -> None:
    assert codes(GOOD) == []


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("CTF-01", GOOD.replace(":1@", "@").partition("@")[0] + "\n" + GOOD.partition("\n")[2]),
        ("CTF-01", GOOD.replace(":1@sha256:" + "a" * 64, ":latest")),
        ("CTF-02", GOOD.replace("@sha256:" + "a" * 64, "")),
        ("CTF-02", "ARG BASE\n" + GOOD.replace(GOOD.split()[1], "$BASE")),
        ("CTF-01", "ARG V=latest\nARG B=b:$V\n" + GOOD.replace(GOOD.split()[1], "${B}")),
        ("CTF-03", GOOD.replace("USER 1001\n", "")),
        ("CTF-03", GOOD.replace("1001", "0:0")),
        ("CTF-04", GOOD.replace("1001", "app")),
        ("CTF-05", GOOD.partition("HEALTHCHECK")[0]),
        ("CTF-06", GOOD + "RUN go build -o /x\n"),
        ("CTF-07", GOOD + "ENV DB_PASSWORD=hunter2hunter2\n"),
        ("CTF-07", GOOD + "ARG DB_PASSWORD=hunter2hunter2\n"),
        ("CTF-08", GOOD + "ADD https://user:pw@example.com/x.tgz?k=1 /x\n"),
    ],
)
def test_each_fault_is_found_alone(code: str, text: str) -> None:
    assert codes(text) == [code]


@pytest.mark.parametrize(
    "text",
    [
        GOOD + "ADD --checksum=sha256:1 https://example.com/x.tgz /x\n",
        GOOD + "ENV DB_PASSWORD=$DB_PASSWORD\n",
        GOOD + "ARG DB_PASSWORD\n",
        GOOD + "RUN <<EOF\nUSER root\nADD https://x /y\nEOF\n",
        GOOD.replace("FROM ", "FROM --platform=$BUILDPLATFORM "),
        "FROM x AS build\nRUN make\n".replace("x", "b:1@sha256:" + "b" * 64)
        + GOOD
        + "COPY --from=build /x /x\n",
        "ARG BASE=registry.example.com/base:1@sha256:"
        + "a" * 64
        + "\n"
        + GOOD.replace(GOOD.split()[1], "${BASE}"),
        GOOD.replace("\n", " AS base-a\n", 1)
        + "FROM base-${KIND} AS final\nUSER 1001\nHEALTHCHECK CMD x\n",
        "# escape=`\n" + GOOD + "RUN echo a `\n  b\n",
    ],
)
def test_what_is_no_fault_is_not_found(text: str) -> None:
    assert codes(text) == []


def test_every_rule_has_a_code_of_its_own_and_says_why() -> None:
    assert [rule.code for rule, _check in RULED] == [f"CTF-0{n}" for n in range(1, 9)]
    assert all(rule.why.text and rule.fix.text for rule, _check in RULED)
    assert all((check.__doc__ or "").startswith(rule.code) for rule, check in RULED)


def test_no_address_or_secret_is_repeated_in_a_finding() -> None:
    text = GOOD + "ADD https://user:pw@example.com/x /x\nENV TOKEN=hunter2hunter2\n"
    said = " ".join(f"{f.message} {f.place} {f.subject}" for f in judge(parse(text, "x")))
    assert "pw@" not in said
    assert "hunter2" not in said


def test_lines_are_those_of_the_file() -> None:
    text = "# one\n\nFROM a:1\nRUN a \\\n # two\n\n b\nUSER root\n"
    lines = {finding.code: finding.place.line for finding in judge(parse(text, "x"))}
    assert (lines["CTF-02"], lines["CTF-03"]) == (3, 8)


def test_the_stage_that_is_asked_for_counts() -> None:
    text = "FROM a:1 AS one\nUSER root\nHEALTHCHECK CMD x\nFROM one AS two\nUSER 5\n"
    assert "CTF-03" in codes(text, "one")
    assert codes(text, "two") == ["CTF-02"]
    assert codes(text, "0") == codes(text, "one")


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("FROM a:1\nRUNN x\n", "containerfile_instruction", 2),
        ("FROM a:1\nRUN <<EOF\nx\n", "cut_off", 2),
        ("ARG A=1\nRUN x\nFROM a:1\n", "containerfile_no_from", 2),
        ("# nothing\n", "containerfile_no_from", 1),
        ("FROM docker.io/\n", "containerfile_base", 1),
        ("# x\nFROM --platform=linux/amd64\n", "containerfile_base", 2),
    ],
)
def test_what_no_builder_takes_is_a_problem_with_its_line(text: str, code: str, line: int) -> None:
    [problem] = parse(text, "x").problems[:1]
    assert (problem.code, problem.place.line) == (code, line)


def test_a_file_alone_is_findings_and_no_documents() -> None:
    made = bundle(Containerfile="FROM alpine\n")
    assert made.members[0].kind is SourceKind.CONTAINERFILE
    assert (made.specs, made.objects) == ((), ())
    assert {finding.code for finding in made.findings} == {"CTF-01", "CTF-03", "CTF-05"}
    with pytest.raises(UnreadableSource):
        bundle(Containerfile="FROM alpine\nRUNN x\n")


def test_a_service_that_is_built_knows_what_its_image_will_say() -> None:
    text = "FROM a:1\nARG P=8080\nEXPOSE ${P}/tcp 53/udp\nUSER 5\nHEALTHCHECK --retries=2 CMD x\n"
    compose = "services:\n  web: {build: .}\n  old: {build: ., healthcheck: {disable: true}}\n"
    made = bundle(Dockerfile=text, compose__yaml=compose)
    web, old = (spec.containers[0] for spec in made.specs)
    assert [(p.container_port, p.protocol) for p in web.ports] == [(8080, "tcp"), (53, "udp")]
    assert web.ports[0].places[""].line == 3
    assert web.health is not None
    assert (web.health.test, web.health.retries) == (("CMD-SHELL", "x"), 2)
    assert old.health is not None
    assert old.health.test == ("NONE",)
    facts = made.facts.images["localhost/web:latest"]
    assert (facts.user, facts.has_healthcheck) == ("5", True)
    assert [finding.code for finding in made.findings if finding.code[:3] == "CTF"] == ["CTF-02"]


def test_a_quadlet_build_is_followed_as_well() -> None:
    made = bundle(
        Containerfile="FROM a:1\nEXPOSE 9000\nUSER 5\n",
        web__build="[Build]\nImageTag=localhost/web:1\nSetWorkingDirectory=unit\n",
        web__container="[Container]\nImage=web.build\n",
    )
    [spec] = made.specs
    assert [port.container_port for port in spec.containers[0].ports] == [9000]
    assert made.facts.images["localhost/web:1"].user == "5"


def test_a_long_chain_of_stages_is_followed_in_its_own_length() -> None:
    text = "FROM a:1 AS s0\n" + "".join(f"FROM s{i} AS s{i + 1}\nENV A=1\n" for i in range(3_000))
    built = parse(text, "Containerfile")
    assert len(built.lineage(built.stages[-1])) == 3_001
    assert not built.problems
