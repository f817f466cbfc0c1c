"""``configuration``: where the variables of containers are kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from migrations_app.domain.messages import msg
from migrations_app.domain.names import to_subdomain
from migrations_app.domain.presets.sections.section import Complaint, Section
from migrations_app.domain.presets.shape import PARAMETER, by_name, flag, keys, text, texts

_OF_A_CONTAINER = {
    "variables": text("Whether plain variables move into a ConfigMap.", "configMap", "keep"),
    "secrets": text("Whether variables that look secret move into a Secret.", "secret", "keep"),
    "as": text(
        "envFrom takes all keys at once, valueFrom names each. envFrom if nobody says.",
        "envFrom",
        "valueFrom",
    ),
    "prefix": text("Only variables that begin so move; their keys are without it."),
    "except": texts("Variables that stay where they are."),
    "secret": texts("Variables that are secret, whatever they look like."),
}

_SHAPE = keys(
    "Where the variables of containers are kept.",
    **_OF_A_CONTAINER,
    name=text("What is put behind the workload's name for a ConfigMap; config if nobody says."),
    secretName=text("The same for a Secret; secrets if nobody says."),
    immutable=flag("Whether ConfigMaps cannot be changed; a new content has a new name then."),
    rollout=text(
        "hash has pods replaced when a ConfigMap of theirs changes, or a Secret's keys.",
        "hash",
        "none",
    ),
    containers=by_name(keys(**_OF_A_CONTAINER), "By container name; wins over the others."),
)


def _check(section: Mapping[str, Any]) -> Iterator[Complaint]:
    """What is put behind a name must make a name."""
    for key in ("name", "secretName"):
        suffix = section.get(key)
        if isinstance(suffix, str) and not PARAMETER.search(suffix):
            if not suffix or to_subdomain(f"a-{suffix}") != f"a-{suffix}":
                yield Complaint(
                    (key,),
                    msg(
                        "%(suffix)s cannot end a name: write lower-case letters, digits and "
                        "hyphens.",
                        suffix=repr(suffix),
                    ),
                )


SECTION = Section("configuration", _SHAPE, _check)
