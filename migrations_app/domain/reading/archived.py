"""What an archive holds beside sources: pages, programs, pictures, to be referred to.

A file that somebody names is meant, and has to be readable. An archive is packed as a folder is,
with all that lies in it, so that what is no source in it is no mistake.
"""

from __future__ import annotations

from collections.abc import Mapping

from migrations_app.domain.bundle import Member, SourceKind
from migrations_app.domain.reading.archives import is_archived

_WRITTEN_AS_SOURCE = (
    *(".yaml", ".yml", ".json"),
    *(".container", ".pod", ".kube", ".volume", ".network", ".image", ".build"),
    *(".service", ".timer"),
)
_NO_KIND = frozenset(
    {"not_a_mapping", "not_kubernetes", "kustomize_patch", "yaml_template", "empty"}
)
_LOOSE = frozenset({SourceKind.RUN_LINES, SourceKind.CONTAINERFILE, SourceKind.ENV_FILE})
_SCRIPTS = (".sh", ".bash")


def companions(members: Mapping[str, Member]) -> frozenset[str]:
    """The members that came with an archive and are no sources themselves.

    Pages with commands count only if nothing else in the bundle says more.
    """
    archived = {name: member for name, member in members.items() if is_archived(name)}
    silent = {name for name, member in archived.items() if _is_of_no_kind(member)}
    pages = {name for name, member in archived.items() if _is_page(member)}
    sources = [
        member
        for name, member in members.items()
        if name not in silent | pages and not member.problems
    ]
    told = any(member.kind not in (*_LOOSE, SourceKind.OTHER) for member in sources)
    scripts = any(member.kind is SourceKind.RUN_LINES for member in sources)
    return frozenset(silent | (pages if told or scripts else set()))


def _is_of_no_kind(member: Member) -> bool:
    if member.kind is not SourceKind.OTHER or not member.problems:
        return False
    codes = {problem.code for problem in member.problems}
    return codes <= _NO_KIND or not member.path.endswith(_WRITTEN_AS_SOURCE)


def _is_page(member: Member) -> bool:
    """A text with commands in it that is no script."""
    base = member.path.rpartition("/")[2]
    is_script = base.endswith(_SCRIPTS) or "." not in base
    return member.kind is SourceKind.RUN_LINES and not is_script
