"""Shell text is read as a shell would, nothing of it executed, nothing in it left out."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from migrations_app.domain.bundle import Bundle, MemoryFiles
from migrations_app.domain.errors import UnreadableSource
from migrations_app.domain.loss import Outcome
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle
from migrations_app.domain.reading.reading import Given
from migrations_app.domain.spec import ContainerSpec


def bundle(
    text: str, given: Given | None = None, files: Mapping[str, bytes] | None = None
) -> Bundle:
    members = {"run.sh": text.encode(), **(files or {})}
    return read_bundle(MemoryFiles(members), STRICT, given=given or Given())


def container(text: str, given: Given | None = None) -> ContainerSpec:
    [spec] = bundle(text, given).specs
    [found] = spec.containers
    return found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("podman run -e A='a b' i", "a b"),
        ('podman run -e A="a \\" b" i', 'a " b'),
        ("podman run -e A=a\\ b i", "a b"),
        ("podman run -e A=$'a\\tb' i", "a\tb"),
        ("podman run \\\n  -e A=1 \\\n  i", "1"),
        ("podman run -e A=1 i # -e A=2", "1"),
        ("V=1; podman run -e A=$V i", "1"),
        ('V=1\npodman run -e A="${V}x" i', "1x"),
        ("V=1\npodman run -e A='$V' i", "$V"),
        ("podman run -e A=${V:-x} i", "x"),
        ("V=y\npodman run -e A=${V:-x} i", "y"),
        ("export V=2\npodman run -e A=$V i", "2"),
        ("V=a V=b\npodman run -e A=$V i", "b"),
        ("export A=3\npodman run -e A i", "3"),
        ("OPTS='-e A=1 -e B=2'\npodman run $OPTS i", "1"),
        ("OPTS=(-e 'A=x y')\npodman run \"${OPTS[@]}\" i", "x y"),
        ("cat <<EOF\npodman run -e A=0 j\nEOF\npodman run -e A=1 i", "1"),
        ("sudo -u app /usr/bin/podman --log-level info run -e A=1 i", "1"),
        ("LANG=C exec docker container run -e A=1 i", "1"),
        ("true && podman create -e A=1 i || exit 1", "1"),
        ("ID=$(podman run -d -e A=1 i)", "1"),
        ("if true; then podman run -e A=1 i; fi", "1"),
        ("podman run -e A=1 i > /dev/null 2>&1 &", "1"),
    ],
)
def test_words_are_what_a_shell_makes_of_them(text: str, value: str) -> None:
    found = container(text + "\n")
    assert (found.image, found.environment["A"]) == ("i", value)


def test_what_is_not_known_is_asked_for_and_the_answer_is_used() -> None:
    text = "podman run -e P=$PASSWORD -e T=$(date +%s) -e R=`hostname` img:${TAG:-7}\n"
    asked = bundle(text)
    assert [(q.id, q.recommended) for q in asked.questions] == [
        ("variable:run:PASSWORD", ""),
        ("command-output:run:date +%s", ""),
        ("command-output:run:hostname", ""),
        ("variable:run:TAG", "7"),
    ]
    assert asked.facts.variables == {"PASSWORD": "", "TAG": "7"}
    given = Given(
        {"TAG": "8"}, (), {"variable:run:PASSWORD": "p", "command-output:run:hostname": "h"}
    )
    found = container(text, given)
    assert (found.image, found.environment) == ("img:8", {"P": "p", "T": "", "R": "h"})


def test_an_unknown_image_is_still_a_container() -> None:
    found = container("podman run -d --name web $IMAGE\n")
    assert (found.name, found.image, found.image_unnamed) == ("web", "", True)


def test_options_that_nobody_knows_vanish_as_in_a_shell() -> None:
    assert container("podman run $OPTS -d img\n").image == "img"


def test_containers_of_a_pod_are_one_service() -> None:
    text = """
    podman pod create --name shop -p 8080:80 -p 5432:5432
    podman run -d --pod shop --name db --expose 5432 postgres:16
    podman run -d --pod shop --name web --expose 80 web:1
    podman run -d --name other --pod new:second other:1
    """
    specs = {spec.name: spec for spec in bundle(text).specs}
    assert list(specs) == ["shop", "second"]
    db, web = specs["shop"].containers
    assert [port.host_port for port in db.ports if port.host_port] == [5432]
    assert [port.host_port for port in web.ports] == [8080]
    assert specs["shop"].is_pod
    assert specs["second"].is_pod


def test_loops_over_known_words_are_gone_through() -> None:
    text = "for n in a b; do\n podman run --name w-$n -e N=$n img\ndone\n"
    assert [spec.name for spec in bundle(text).specs] == ["w-a", "w-b"]


def test_volumes_networks_and_names_of_other_commands_count() -> None:
    text = """
    podman volume create --opt size=2g --label tier=db data
    podman volume create spare
    podman run --name db -v data:/d --network net img
    podman network connect --alias store net db
    podman run --name web --requires db --volumes-from db:ro img
    """
    specs = {spec.name: spec for spec in bundle(text).specs}
    assert specs["db"].volumes[0].labels == {"tier": "db"}
    assert specs["db"].aliases == ("store",)
    assert specs["spare"].containers == ()
    assert [d.service for d in specs["web"].depends_on] == ["db"]
    assert [(m.source, m.read_only) for m in specs["web"].containers[0].mounts] == [("data", True)]


def test_relative_paths_start_from_the_folder_the_script_is_in_or_went_to() -> None:
    files = {"conf/app.yaml": b"a: 1", "conf/app.env": b"X=1"}
    text = "cd conf\npodman run --env-file app.env -v $PWD/app.yaml:/a -v $(pwd)/../x:/b img\n"
    [spec] = bundle(text, files=files).specs
    [found] = spec.containers
    assert found.environment == {"X": "1"}
    assert [(m.source, m.content) for m in found.mounts] == [
        ("./conf/app.yaml", "a: 1"),
        ("./x", None),
    ]


def test_every_line_that_makes_nothing_is_told_of() -> None:
    text = "set -e\nfrobnicate --all\npodman exec web migrate\npodman pull img\npodman run img\n"
    rows = {row.place.line: row for row in bundle(text).loss if row.place.path[1] != "-"}
    outcomes = {line: row.outcome for line, row in rows.items()}
    assert outcomes == {
        1: Outcome.CONVERTED,
        2: Outcome.DROPPED,
        3: Outcome.DROPPED,
        4: Outcome.CONVERTED,
    }


def test_the_file_of_a_secret_is_known_as_one_and_its_value_is_not_taken() -> None:
    text = "podman secret create db ./db.txt\npodman run --secret db,type=env,target=P img\n"
    made = bundle(text, files={"db.txt": b"swordfish-12"})
    assert {member.path: member.secret for member in made.members}["db.txt"]
    assert made.specs[0].containers[0].secrets[0].value is None


def test_variables_in_force_are_facts() -> None:
    given = Given({"TAG": "8"}, (), {})
    made = bundle("A=1\npodman run -e A -e B img:$TAG\n", given)
    assert made.facts.variables == {"TAG": "8", "B": ""}


def test_a_second_container_of_a_name_is_told_of() -> None:
    made = bundle("podman run --name a x\npodman run --name a y\n")
    assert [spec.containers[0].image for spec in made.specs] == ["x"]
    assert [row.place.line for row in made.loss if row.outcome is Outcome.DROPPED] == [2]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("podman run -e A='open img\n", 1, 17),
        ('x=1\npodman run -e A="open img\n', 2, 17),
        ("podman run -e A=$(open img\n", 1, 17),
        ("podman run -e A=${open img\n", 1, 17),
        ("podman run -d \\\n  --name web\n", 2, 10),
    ],
)
def test_a_line_that_breaks_off_is_a_problem_with_its_place(
    text: str, line: int, column: int
) -> None:
    with pytest.raises(UnreadableSource) as caught:
        bundle(text)
    [problem] = caught.value.problems
    assert (problem.code, problem.place.line, problem.place.column) == ("cut_off", line, column)


def test_prose_with_apostrophes_is_no_broken_command() -> None:
    text = "Don't forget:\n\npodman run --name web img\n"
    assert [spec.name for spec in bundle(text).specs] == ["web"]


def test_pages_are_read_for_their_blocks_of_commands() -> None:
    text = """# It's a page

podman run in prose isn't read.

```console
$ podman run --name one img \\
    --flag
Trying to pull img...
# podman run --name two img
```

```python
podman run --name three
```

> ```sh
> podman run --name four img
> ```
"""
    files = {"README.md": text.encode()}
    made = read_bundle(MemoryFiles(files), STRICT)
    assert [spec.name for spec in made.specs] == ["one", "two", "four"]
    assert made.specs[0].containers[0].places["image"].line == 6


def test_nothing_of_a_script_is_executed_or_raises() -> None:
    text = "podman run img\n"
    for piece in (
        "$(",
        "`",
        "'",
        '"',
        "${",
        "<<E",
        "((",
        ")",
        "}",
        "done",
        "&&",
        "|",
        "\\",
        "$'\\",
    ):
        for line in (f"{piece}\n{text}", f"{text}x {piece}\n", f"echo {piece} x\n{text}"):
            try:
                bundle(line)
            except UnreadableSource as error:
                assert error.problems


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("X=$(date)\necho $X\npodman run --name a i", []),
        ("X=${DEBUG:-}\npodman run --name a i", []),
        ("podman build -t $T .\npodman run --name a i", []),
        ("V=$(date)\nW=x$V\npodman run --name a i:$W", ["command-output:run:date"]),
        ("A=1\nA+=$B\npodman run --name a i:$A", ["variable:run:B"]),
        ("for n in $NAMES; do podman run --name a i:$n; done", ["variable:run:NAMES"]),
        ("for n in $NAMES; do echo $n; done\npodman run --name a i", []),
        ("export A=$B\npodman run --name a -e A i", ["variable:run:B"]),
        ("podman volume create $V\npodman run --name a i", ["variable:run:V"]),
    ],
)
def test_only_what_something_depends_on_is_asked(text: str, asked: list[str]) -> None:
    assert [question.id for question in bundle(text).questions] == asked


def test_a_name_that_is_not_known_yet_is_made_of_the_image() -> None:
    assert container('podman run --name "$N" registry.example.com/shop/api:1').name == "api"


def test_a_variable_set_to_what_nobody_knows_may_be_the_image() -> None:
    found = container("ID=$1\npodman run -it $ID bash")
    assert (found.image, found.args) == ("", ("bash",))


@pytest.mark.parametrize(
    "text",
    [
        "E=podman\n$E run --name a img",
        "E='sudo docker'\n$E run --name a img",
        'E=${ENGINE:-podman}\nsudo "$E" run --name a img',
        "${ENGINE:-/usr/bin/docker} run --name a img",
        "$(which podman) run --name a img",
        "E=$(command -v podman || command -v docker)\n$E run --name a img",
    ],
)
def test_an_engine_may_be_named_by_a_variable(text: str) -> None:
    read = bundle(text)
    assert [spec.name for spec in read.specs] == ["a"]
    assert read.questions == ()


def test_another_program_in_a_variable_is_not_understood() -> None:
    read = bundle("E=podman\nX=tool\n$X run --name b img\n$E run --name a img")
    assert [spec.name for spec in read.specs] == ["a"]
    assert [
        row.place.line for row in read.loss if row.outcome is Outcome.DROPPED and row.place
    ] == [3]
