"""The command line that the generator makes of a unit, in the making."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place
from migrations_app.domain.reading.podman_argv.values import listed
from migrations_app.domain.reading.quadlet.kinds import UnitKind
from migrations_app.domain.reading.quadlet.site import Refusal, Site, not_found, resource_name
from migrations_app.domain.reading.quadlet.unit import Argument, QuadletUnit

IMAGE_ENDINGS = (UnitKind.BUILD.ending, UnitKind.IMAGE.ending)
UNNAMED = "localhost/unnamed"
"""What stands in the place of an image of which nobody knows the name."""
_RESOLVED_MOUNTS = frozenset({"volume", "bind", "glob", "image", "artifact"})


@dataclass(slots=True)
class Command:
    """The words so far, and what the generator would refuse.

    ``needs`` are the neighbours that the unit leans on; each starts before it. ``arguments`` is
    the index of the first word behind the options.
    """

    unit: QuadletUnit
    site: Site
    words: list[Argument] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    needs: list[QuadletUnit] = field(default_factory=list)
    arguments: int = 0

    def own(self, *texts: str) -> None:
        """Words that the generator adds by itself."""
        self.words += [Argument(text) for text in texts]

    def add(self, option: str, value: Argument) -> None:
        """An option and its value."""
        self.words += [Argument(option, value.place), value]

    def joined(self, option: str, value: Argument) -> None:
        """``--option=value`` in one word."""
        self.words.append(replace(value, text=f"{option}={value.text}"))

    def refuse(self, reason: Message, place: Place | None = None, subject: str = "") -> None:
        self.refusals.append(Refusal(reason, place or self.unit.place, subject))

    def base(self) -> None:
        """What stands between ``podman`` and the command."""
        for module in self.unit.all("ContainersConfModule"):
            self.joined("--module", module)
        self.words += self.unit.arguments("GlobalArgs")

    def texts(self, options: Mapping[str, str]) -> None:
        """Keys of which the last value counts, unless it is empty."""
        for key, option in options.items():
            if (value := self.unit.filled(key)) is not None:
                self.add(option, value)

    def lists(self, options: Mapping[str, str]) -> None:
        """Keys of which every value counts, as a whole."""
        for key, option in options.items():
            for value in self.unit.all(key):
                self.add(option, value)

    def word_lists(self, options: Mapping[str, str]) -> None:
        """Keys of which every word counts."""
        for key, option in options.items():
            for value in self.unit.listed(key):
                self.add(option, value)

    def flags(self, options: Mapping[str, str]) -> None:
        for key, option in options.items():
            self.flag(key, option)

    def flag(self, key: str, option: str) -> None:
        value, found = self.unit.flag(key), self.unit.text(key)
        if found is not None:
            self.words.append(replace(found, text=option if value else f"{option}=false"))

    def pairs(self, options: Mapping[str, str]) -> None:
        """Keys of ``NAME=value`` words."""
        for key, option in options.items():
            for value in self.unit.assignments(key):
                self.add(option, value)

    def podman_args(self) -> None:
        self.words += self.unit.arguments("PodmanArgs")

    def networks(self) -> None:
        """``Network=``, with the names of units put in their place."""
        for value in self.unit.all("Network"):
            self.add("--network", self._network(value))

    def _network(self, value: Argument) -> Argument:
        name, colon, options = value.text.partition(":")
        joins = name.endswith(UnitKind.CONTAINER.ending)
        if not joins and not name.endswith(UnitKind.NETWORK.ending):
            return value
        resource = self.resolve(name, value.place)
        if joins and colon:
            self.refuse(
                msg("A network shared with another container takes no options."), value.place
            )
        if joins:
            return replace(value, text=f"container:{resource}")
        return replace(value, text=resource + colon + options)

    def volumes(self) -> None:
        """``Volume=``, with the names of units put in their place."""
        for value in self.unit.all("Volume"):
            source, colon, rest = value.text.partition(":")
            if not colon:
                self.add("-v", value)
            elif not source:
                self.add("-v", replace(value, text=rest.partition(":")[0]))
            else:
                resolved = self.storage_source(source, value.place, images=False)
                self.add("-v", replace(value, text=f"{resolved}:{rest}"))

    def storage_source(self, source: str, place: Place, *, images: bool) -> str:
        """Where a volume or mount comes from: a path, a unit, or a name as it stands."""
        if source.startswith("."):
            return self.site.path(self.unit, source)
        endings = (UnitKind.VOLUME.ending, UnitKind.ARTIFACT.ending)
        if not source.startswith("/") and source.endswith(
            (*endings, UnitKind.IMAGE.ending) if images else endings
        ):
            return self.resolve(source, place)
        return source

    def mounts(self) -> None:
        """``Mount=``, with the source resolved where its type has one."""
        for value in self.unit.arguments("Mount"):
            self.add("--mount", self._mount(value))

    def _mount(self, value: Argument) -> Argument:
        """As the generator rewrites it: the type first, the source resolved."""
        fields = list(listed(value.text))
        spot = next((i for i, f in enumerate(fields) if _is_type(f)), None)
        kind = "volume" if spot is None else fields.pop(spot).partition("=")[2]
        if kind not in _RESOLVED_MOUNTS:
            return value
        spots = [i for i, f in enumerate(fields) if f.partition("=")[0] in ("source", "src")]
        source = fields[spots[-1]].partition("=")[2] if spots else ""
        if not source:
            self.refuse(msg("The source of a mount cannot be empty."), value.place, value.text)
            return value
        resolved = self.storage_source(source, value.place, images=True)
        fields[spots[-1]] = f"source={resolved}"
        return replace(value, text=_csv([f"type={kind}", *fields]))

    def image(self, value: Argument) -> Argument:
        """``Image=``, with the unit that pulls or builds it put in its place."""
        if value.text.endswith(IMAGE_ENDINGS):
            return replace(value, text=self.resolve(value.text, value.place) or UNNAMED)
        return value

    def resolve(self, name: str, place: Place) -> str:
        """How Podman calls what the unit ``name`` makes.

        A unit that is missing is refused; reading goes on with the name it would have by default.
        """
        unit = self.site.find(name, self.unit)
        if unit is None:
            self.refusals.append(not_found(name, place))
            stem, _dot, ending = name.rpartition(".")
            return "" if f".{ending}" in IMAGE_ENDINGS else f"systemd-{stem}"
        self.needs.append(unit)
        resource = resource_name(unit)
        if not resource and not unit.name.endswith(IMAGE_ENDINGS):
            self.refuse(
                msg("Only systemd can tell how Podman calls what %(unit)s makes.", unit=name),
                place,
                name,
            )
            return f"systemd-{unit.stem.rstrip('@')}"
        return resource

    def user_mappings(self, *, manual: bool) -> None:
        """The keys that map users, or the older ones that they replaced."""
        unit = self.unit
        before = len(self.words)
        self.texts({"UserNS": "--userns"})
        self.word_lists({"UIDMap": "--uidmap", "GIDMap": "--gidmap"})
        self.texts({"SubUIDMap": "--subuidname", "SubGIDMap": "--subgidname"})
        if len(self.words) == before:
            self._remap(manual=manual)
            return
        for key in ("RemapUid", "RemapGid", "RemapUsers"):
            if (old := unit.text(key)) is not None:
                self.refuse(
                    msg(
                        "%(key)s is an older way to map users; it goes with no newer one.", key=key
                    ),
                    old.place,
                    key,
                )

    def _remap(self, *, manual: bool) -> None:
        uids, gids = self.unit.listed("RemapUid"), self.unit.listed("RemapGid")
        how = self.unit.unit.last(self.unit.kind.value, "RemapUsers")
        mode = how.value if how is not None else ""
        place = how.place if how is not None else None
        if mode == "" and (uids or gids):
            first = (uids or gids)[0]
            self.refuse(msg("RemapUid and RemapGid need RemapUsers."), first.place)
        elif mode == "manual" and manual:
            self.word_lists({"RemapUid": "--uidmap", "RemapGid": "--gidmap"})
        elif mode in ("auto", "keep-id"):
            if mode == "keep-id" and (len(uids) > 1 or len(gids) > 1):
                self.refuse(msg("RemapUsers=keep-id takes one user and one group."), place)
            self.add("--userns", Argument(self._remapped(mode, uids, gids), place or Place()))
        elif mode:
            self.refuse(msg("RemapUsers=%(mode)s is not supported here.", mode=mode), place, mode)

    def _remapped(self, mode: str, uids: Iterable[Argument], gids: Iterable[Argument]) -> str:
        uid, gid = ("uidmapping", "gidmapping") if mode == "auto" else ("uid", "gid")
        options = [f"{uid}={value.text}" for value in uids]
        options += [f"{gid}={value.text}" for value in gids]
        if mode == "auto" and (size := self.unit.number("RemapUidSize")):
            options.append(f"size={size}")
        return mode + (":" + ",".join(options) if options else "")


def _is_type(field: str) -> bool:
    return field.startswith("type=") and field.count("=") == 1


def _csv(fields: Iterable[str]) -> str:
    """Fields in one line, quoted where a comma or a quote stands in one."""
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow(list(fields))
    return written.getvalue()
