"""``secrets``: where the values of Secrets come from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from migrations_app.domain.manifests.resources import mapping
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Path
from migrations_app.domain.presets.sections.section import Complaint, Section
from migrations_app.domain.presets.shape import (
    PARAMETER_TEXT,
    Shape,
    by_name,
    keys,
    named,
    text,
)

MODES = ("placeholder", "reference", "external-secrets", "supplied")
API_VERSIONS = ("external-secrets.io/v1", "external-secrets.io/v1beta1")
WORDS = ("namespace", "secret", "key")
"""What may stand in braces in the name of a remote value."""

_IN_BRACES = re.compile(r"\{([^{}$]*)\}")
_INTERVAL = Shape(
    ("string",),
    "How often values are fetched again, such as 1h; 0 for once.",
    pattern=rf"^([0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h))+$|^0$|{PARAMETER_TEXT}",
    right=msg("a duration such as 30m or 1h"),
)
_OF_A_SECRET = {
    "mode": text(
        "placeholder: markers, never applied. reference: the cluster has it. external-secrets: an "
        "operator fetches it. supplied: the value that is stored here, put in when it is applied.",
        *MODES,
    ),
    "remoteKey": text("What a value is called in the store; {secret}, {key} and {namespace}."),
    "property": text("The part of the remote value; the same words may stand in it."),
}

_SHAPE = keys(
    "Where the values of Secrets come from.",
    **_OF_A_SECRET,
    store=keys(
        "The SecretStore that external-secrets asks.",
        name=named(),
        kind=text("", "SecretStore", "ClusterSecretStore"),
    ),
    refreshInterval=_INTERVAL,
    apiVersion=text("Of ExternalSecrets; v1 if nobody says.", *API_VERSIONS),
    names=by_name(
        keys(
            **_OF_A_SECRET,
            name=named("What the cluster calls it, where the mode is reference."),
            keys=by_name(text(), "Our key: the cluster's."),
        ),
        "By the name of a Secret; wins over the others.",
    ),
)


def _check(section: Mapping[str, Any]) -> Iterator[Complaint]:
    yield from _check_words(section, ())
    for name, own in mapping(section.get("names")).items():
        yield from _check_words(mapping(own), ("names", name))
        renamed = mapping(mapping(own).get("keys"))
        for key, other in renamed.items():
            if other != key and isinstance(other, str) and other in renamed:
                yield Complaint(
                    ("names", name, "keys", key),
                    msg(
                        "%(key)s is renamed to %(other)s, which is renamed itself.",
                        key=key,
                        other=other,
                    ),
                )


def _check_words(part: Mapping[str, Any], at: Path) -> Iterator[Complaint]:
    for key in ("remoteKey", "property"):
        written = part.get(key)
        for word in _IN_BRACES.findall(written) if isinstance(written, str) else ():
            if word not in WORDS and f"${{{word}}}" not in str(written):
                yield Complaint(
                    (*at, key),
                    msg(
                        "{%(word)s} is not known here. Known are %(known)s.",
                        word=word,
                        known=", ".join(f"{{{known}}}" for known in WORDS),
                    ),
                )


SECTION = Section("secrets", _SHAPE, _check)
