"""A Podman with what the groups need: a network, a secret, images, files of the host."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import yaml

from migrations_app.adapters.podman.host import PodmanHost
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import Bundle, MemoryFiles
from migrations_app.domain.engine import Made, Options, render
from migrations_app.domain.outputs.base import Manifests, Written
from migrations_app.domain.outputs.podman import write_podman
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle
from migrations_app.domain.spec import ServiceSpec
from tests.live.option_groups.expecting import Expected, holds, missing_in
from tests.live.option_groups.group import Group
from tests.live.podman_kit import IMAGE, Service

SCHEMAS = BundledSchemas()
RICH = "localhost/kins/rich:1"
_CHANGES = (
    "ENV PATH=/bin",
    'ENTRYPOINT ["/bin/sh","-c"]',
    'CMD ["sleep 1000"]',
    "EXPOSE 7000/tcp",
    "VOLUME /var/lib/rich",
    "LABEL maker=kins",
)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one group: what is wanting of ours, and how much of it Podman's own keeps.

    ``kept`` counts the fields that ``podman generate kube`` has of those that there should be;
    ``None`` for one that fails as a whole.
    """

    group: Group
    wanting: tuple[str, ...]
    kept: int | None
    fields: int
    bundle: Bundle
    made: Made

    @property
    def verdict(self) -> str:
        """What ``generate kube`` makes of it."""
        if self.kept is None:
            return "fails"
        if not self.fields:
            return "says nothing"
        return {0: "lost", self.fields: "kept"}.get(self.kept, "in part")


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where groups are tried: everything made here has names that begin with ``mark``."""

    podman: Service
    mark: str
    folder: Path

    @property
    def version(self) -> tuple[int, int]:
        major, minor = self.podman.connection.version.split(".")[:2]
        return int(major), int(minor)

    @property
    def volumes(self) -> tuple[str, ...]:
        """The volumes that groups mount; some differ in one character only."""
        own = ("-data", "-twin", "_twin", "-my_data", "-my-data")
        return tuple(self.mark + name for name in own)

    @property
    def address(self) -> str:
        """An address that is free on the network."""
        form = "--format={{(index .Subnets 0).Subnet}}"
        subnet = self.podman.run("network", "inspect", form, f"{self.mark}-net")
        return str(ip_network(subnet)[77])

    def has(self, group: Group) -> bool:
        """Whether this Podman knows the options."""
        return self.version >= group.since

    def words(self, words: tuple[str, ...]) -> list[str]:
        values = (
            ("{mark}", self.mark),
            ("{folder}", str(self.folder)),
            ("{box}", IMAGE),
            ("{address}", self.address),
        )
        return [_filled(word, values) for word in words]

    @contextmanager
    def created(self, group: Group) -> Iterator[str]:
        """The name of the container or pod that the options make; it is not started."""
        image = {"box": IMAGE, "rich": RICH}[group.image]
        options, command = self.words(group.options), self.words(group.command)
        name = f"{self.mark}-it"
        self._provide()
        try:
            if group.is_pod:
                self.podman.run("pod", "create", "--name", name, *options)
                inside = [*self.words(group.inside), image, *command]
                self.podman.run("create", "--pod", name, "--name", f"{name}-web", *inside)
                if group.inside:
                    more = ["--name", f"{name}-main", image, "sleep", "1000"]
                    self.podman.run("create", "--pod", name, *more)
            else:
                self.podman.run("create", "--name", name, *options, image, *command)
            yield name
        finally:
            self._remove(name, is_pod=group.is_pod)

    def try_out(self, group: Group) -> Result:
        """Create, capture, render, and compare with what was expected."""
        with self.created(group) as name:
            captured = PodmanHost(self.podman.connection).capture(name)
            theirs = self.generated(name)
        bundle = read_bundle(MemoryFiles(dict(captured.files)), STRICT)
        made = render(bundle, Options(), SCHEMAS)
        expects = [self._filled(item) for item in group.expects]
        own = group.expects if group.theirs is None else group.theirs
        fields = [self._filled(item) for item in own if item.is_field]
        return Result(
            group,
            tuple(missing_in(made, expects)),
            None if theirs is None else sum(holds(theirs, item) for item in fields),
            len(fields),
            bundle,
            made,
        )

    def played(self, written: Written) -> Iterator[ServiceSpec]:
        """What is in Podman when it has played the variant for it: not started, then removed."""
        path = self.folder / "podman.yaml"
        path.write_text(written.files["podman.yaml"], encoding="utf-8")
        self.forget_volumes()
        try:
            self.podman.run("kube", "play", "--start=false", str(path))
            names = self.podman.run("pod", "ls", "--format={{.Name}}", f"--filter=name={self.mark}")
            for name in names.split():
                captured = PodmanHost(self.podman.connection).capture(name)
                yield from read_bundle(MemoryFiles(dict(captured.files)), STRICT).specs
        finally:
            self._quietly("kube", "down", "--force", str(path))
            self._quietly("kube", "down", str(path))
            self.forget_volumes()
            self.forget_secrets()

    def generated(self, name: str) -> list[dict[str, Any]] | None:
        """What ``podman generate kube`` says; None if it refuses."""
        words = [*self.podman.command, "kube", "generate", "--service", name]
        done = subprocess.run(
            words, env=self.podman.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            return None
        return [item for item in yaml.safe_load_all(done.stdout) if item]

    def _filled(self, expected: Expected) -> Expected:
        values = (("{mark}", self.mark),)
        return replace(
            expected, where=_filled(expected.where, values), value=_filled(expected.value, values)
        )

    def _remove(self, name: str, *, is_pod: bool) -> None:
        words = ["pod", "rm", "-f", "-t0", name] if is_pod else ["rm", "-f", "-v", "-t0", name]
        self._quietly(*words)

    def _quietly(self, *words: str) -> None:
        command = [*self.podman.command, *words]
        subprocess.run(command, env=self.podman.environment, capture_output=True, check=False)

    def _provide(self) -> None:
        """The secret and the volumes that groups lean on: playing takes them away."""
        if f"{self.mark}-token" not in self.podman.run("secret", "ls", "--format={{.Name}}"):
            value = str(self.folder / "value")
            self.podman.run("secret", "create", f"{self.mark}-token", value)
        there = self._volumes_there()
        for name in self.volumes:
            if name not in there:
                self.podman.run("volume", "create", name)

    def _volumes_there(self) -> list[str]:
        names = self.podman.run("volume", "ls", "--format={{.Name}}").split()
        return [name for name in names if name.startswith(self.mark)]

    def forget_volumes(self) -> None:
        """Take away the volumes of this workplace: claims of the same name are made anew."""
        for name in self._volumes_there():
            self._quietly("volume", "rm", "-f", name)

    def forget_secrets(self) -> None:
        """Take away what playing left: Podman keeps the Secrets of a manifest."""
        for name in self.podman.run("secret", "ls", "--format={{.Name}}").split():
            if name.startswith(self.mark):
                self._quietly("secret", "rm", name)

    def close(self) -> None:
        self.forget_secrets()
        self._quietly("network", "rm", "-f", f"{self.mark}-net")
        self._quietly("rmi", RICH)
        self.forget_volumes()


def _filled(value: Any, values: tuple[tuple[str, str], ...]) -> Any:
    """A value with all its placeholders filled in, however deep."""
    if isinstance(value, dict):
        return {_filled(key, values): _filled(item, values) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(item, values) for item in value]
    if isinstance(value, str):
        for placeholder, text in values:
            value = value.replace(placeholder, text)
    return value


def variant(made: Made) -> Written:
    """What is to be played, and what Podman will not read of it."""
    bodies = tuple(item.body for item in made.objects)
    return write_podman(Manifests("it", bodies, {"local": bodies}))


@contextmanager
def workplace(podman: Service, folder: Path) -> Iterator[Workplace]:
    """Everything that the groups lean on, made and taken away again."""
    made = Workplace(podman, f"kins-{uuid.uuid4().hex[:6]}", folder)
    (folder / "app.env").write_text("FROM_FILE=yes\n", encoding="utf-8")
    (folder / "site.conf").write_text("colour = blue\n", encoding="utf-8")
    (folder / "tls.key").write_text(
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw\n-----END PRIVATE KEY-----\n",
        encoding="utf-8",
    )
    (folder / "profile.json").write_text('{"defaultAction": "SCMP_ACT_ALLOW"}', encoding="utf-8")
    (folder / "value").write_text("canary", encoding="utf-8")
    (folder / "pages").mkdir(exist_ok=True)
    try:
        podman.run("network", "create", f"{made.mark}-net")
        _make_rich_image(podman, folder)
        yield made
    finally:
        made.close()


def _make_rich_image(podman: Service, folder: Path) -> None:
    """An image that says for itself what others are given as options."""
    busybox = shutil.which("busybox")
    assert busybox, "busybox is needed"
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.add(busybox, "bin/busybox")
        for name in ("sh", "sleep", "true", "cat"):
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname, link.mode = tarfile.SYMTYPE, "busybox", 0o777
            archive.addfile(link)
    path = folder / "rich.tar"
    path.write_bytes(packed.getvalue())
    changes = [word for change in _CHANGES for word in ("--change", change)]
    podman.run("import", "--quiet", *changes, str(path), RICH)
