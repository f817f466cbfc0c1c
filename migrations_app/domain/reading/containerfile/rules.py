"""What is looked for in a Containerfile. Each check looks at the stage that becomes the image."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrations_app.domain.checks.base import Rule
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.images import ImageRef
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import pointer
from migrations_app.domain.reading.containerfile.parsing import Containerfile, Instruction, Stage
from migrations_app.domain.secrets import secret_reason

CTF_01 = Rule(
    "CTF-01",
    Severity.MEDIUM,
    msg("The same file builds another image tomorrow: what runs is not what was tested."),
    msg("Name a version of the base image, or better its digest."),
)
CTF_02 = Rule(
    "CTF-02",
    Severity.LOW,
    msg("A tag can be moved to another image; a digest cannot."),
    msg("Add the digest to the tag: image:1.2@sha256:…, and let a bot keep it up to date."),
)
CTF_03 = Rule(
    "CTF-03",
    Severity.MEDIUM,
    msg("Podman often runs without root on the host; on a cluster root in a container is root."),
    msg("Add USER with a number above 0 after the last instruction that needs root."),
)
CTF_04 = Rule(
    "CTF-04",
    Severity.MEDIUM,
    msg("A kubelet cannot tell whether a name is root, and refuses it under runAsNonRoot."),
    msg("Write the number of the user: USER 1001."),
)
CTF_05 = Rule(
    "CTF-05",
    Severity.LOW,
    msg("Without a health check nobody knows which probe the service needs on a cluster."),
    msg(
        "Add HEALTHCHECK, and build with --format docker, since the OCI format has no place for "
        "it; or set the probes with a preset."
    ),
)
CTF_06 = Rule(
    "CTF-06",
    Severity.LOW,
    msg("Compilers and sources in the image make it large, and help whoever breaks into it."),
    msg("Build in one stage, and copy the result into a small one with COPY --from."),
)
CTF_07 = Rule(
    "CTF-07",
    Severity.HIGH,
    msg("ENV and ARG stay in the image and its history, where everybody who pulls it reads them."),
    msg("Give the value when the container runs, as a secret; while building, RUN --mount=secret."),
)
CTF_08 = Rule(
    "CTF-08",
    Severity.MEDIUM,
    msg("What the address serves may change, and the build takes whatever it gets."),
    msg("Add --checksum=sha256:…, or download in RUN and compare the checksum there."),
)
_BUILDS = re.compile(
    r"\b(?:go build|go install|cargo build|mvn\b|gradle\b|gradlew\b|npm run build|yarn build|"
    r"dotnet publish|dotnet build|cmake\b|make\b|gcc\b|g\+\+|javac\b|tsc\b)"
)
_ROOT = frozenset({"root", "0"})
_ADDRESS = re.compile(r"(?:https?|ftp)://", re.IGNORECASE)


def floating_bases(built: Containerfile, stage: Stage) -> Iterator[Finding]:
    """CTF-01: a base image without a tag, or with `latest`."""
    for one in _with_outer_base(built):
        reference = ImageRef.parse(one.base)
        if not reference.digest and reference.tag in ("", "latest"):
            message = msg("The base image %(image)s floats.", image=one.base)
            yield _found(CTF_01, built, one.line, ("FROM", one.base), message)


def unpinned_bases(built: Containerfile, stage: Stage) -> Iterator[Finding]:
    """CTF-02: a base image with a tag and without a digest.

    Or one that an argument without a value decides on: who builds says what it is.
    """
    for one in _with_outer_base(built):
        reference = ImageRef.parse(one.base)
        if not reference.digest and reference.tag not in ("", "latest"):
            message = msg("The base image %(image)s is not pinned.", image=one.base)
            yield _found(CTF_02, built, one.line, ("FROM", one.base), message)
    for one in built.stages:
        if _is_left_to_the_builder(built, one.base):
            message = msg("Who builds says what the base image %(image)s is.", image=one.base)
            yield _found(CTF_02, built, one.line, ("FROM", one.base), message)


def running_as_root(built: Containerfile, stage: Stage) -> Iterator[Finding]:
    """CTF-03: the last user is root, or nobody chose one."""
    user = user_of(built, stage)
    if user is None:
        message = msg("No USER is set, so that the image runs as its base does: mostly as root.")
        yield _found(CTF_03, built, stage.line, ("USER",), message)
    elif user.value.partition(":")[0] in _ROOT:
        message = msg("The image runs as root.")
        yield _found(CTF_03, built, user.line, ("USER",), message)


def named_users(built: Containerfile, stage: Stage) -> Iterator[Finding]:
    """CTF-04: the user is a name and no number."""
    user = user_of(built, stage)
    name = user.value.partition(":")[0] if user else ""
    if user is not None and name and name not in _ROOT and not name.isdigit() and "$" not in name:
        message = msg("USER %(name)s is a name.", name=name)
        yield _found(CTF_04, built, user.line, ("USER",), message)


def missing_health_checks(built: Containerfile, stage: Stage) -> Iterator[Finding]:
    """CTF-05: the image listens or runs something, and has no `HEALTHCHECK`."""
    if last_of(built, stage, "HEALTHCHECK") is None:
        message = msg("The image has no HEALTHCHECK.")
        yield _found(CTF_05, built, stage.line, ("HEALTHCHECK",), message)


def single_stages(built: Containerfile, stage: Stage) -> Iterator[Finding]:
    """CTF-06: one stage compiles and is the image as well."""
    if len(built.lineage(stage)) < len(built.stages):
        return
    for item in stage.all("RUN"):
        match = _BUILDS.search(item.value)
        if match is not None:
            message = msg("%(tool)s runs in the stage that becomes the image.", tool=match[0])
            yield _found(CTF_06, built, item.line, ("RUN", match[0]), message)
            return


def secrets_in_images(built: Containerfile, stage: Stage) -> Iterator[Finding]:
    """CTF-07: a secret stands in `ENV`, or in `ARG` with a value."""
    stages = [item for one in built.stages for item in one.all("ENV", "ARG")]
    for item in (*built.arguments, *stages):
        for name, value in item.pairs:
            if value and "$" not in value and secret_reason(name, value):
                message = msg(
                    "%(keyword)s %(name)s holds a secret.", keyword=item.keyword, name=name
                )
                yield _found(CTF_07, built, item.line, (item.keyword, name), message)


def added_addresses(built: Containerfile, stage: Stage) -> Iterator[Finding]:
    """CTF-08: `ADD` of an address without a checksum."""
    for one in built.stages:
        for item in one.all("ADD"):
            for word in item.words[:-1]:
                if _ADDRESS.match(word) and "checksum" not in item.flags:
                    message = msg("ADD %(address)s takes whatever is served.", address=_bare(word))
                    yield _found(CTF_08, built, item.line, ("ADD", _bare(word)), message)


RULED = (
    (CTF_01, floating_bases),
    (CTF_02, unpinned_bases),
    (CTF_03, running_as_root),
    (CTF_04, named_users),
    (CTF_05, missing_health_checks),
    (CTF_06, single_stages),
    (CTF_07, secrets_in_images),
    (CTF_08, added_addresses),
)
"""Each rule with its check; the pages of checks are made of both."""


def judge(built: Containerfile, target: str = "") -> list[Finding]:
    """All findings of a file, for the stage that is built of it."""
    stage = built.stage(target)
    if stage is None:
        return []
    return [finding for _rule, check in RULED for finding in check(built, stage)]


def user_of(built: Containerfile, stage: Stage) -> Instruction | None:
    """The user that counts in the end."""
    return last_of(built, stage, "USER")


def last_of(built: Containerfile, stage: Stage, keyword: str) -> Instruction | None:
    """The last instruction of a kind in a stage, else in those of the file it builds on."""
    found = [item for one in built.lineage(stage) for item in one.all(keyword)]
    return found[-1] if found else None


def _with_outer_base(built: Containerfile) -> Iterator[Stage]:
    """The stages that build on an image from outside the file."""
    names: set[str] = set()
    for one in built.stages:
        if one.base and one.base != "scratch" and "$" not in one.base:
            if one.base.lower() not in names:
                yield one
        if one.name:
            names.add(one.name.lower())


def _is_left_to_the_builder(built: Containerfile, base: str) -> bool:
    """An argument without a value decides on the image; it may as well choose between stages."""
    before, dollar, _rest = base.partition("$")
    if not dollar or "@" in base:
        return False
    return not any(before and one.name.startswith(before) for one in built.stages)


def _bare(address: str) -> str:
    """An address without what might be a password in it, and without its query."""
    return re.sub(r"//[^/@]*@", "//", address).partition("?")[0]


def _found(
    rule: Rule, built: Containerfile, line: int, path: tuple[str, ...], message: Message
) -> Finding:
    return Finding(
        code=rule.code,
        severity=rule.severity,
        place=built.place(line, pointer(path)),
        message=message,
        why=rule.why,
        fix=rule.fix,
        subject=pointer(path),
    )
