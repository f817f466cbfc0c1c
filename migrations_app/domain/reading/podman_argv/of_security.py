"""Options about users, rights and what keeps a container in."""

from __future__ import annotations

import re

from migrations_app.domain.messages import msg
from migrations_app.domain.reading.podman_argv import values
from migrations_app.domain.reading.podman_argv.draft import Draft
from migrations_app.domain.reading.podman_argv.given import Given

_SPECIAL_GROUPS = frozenset({"keep-groups"})
USER_NAMESPACES = msg("User namespaces of pods depend on the cluster; the users above are kept.")


def user(draft: Draft, given: Given) -> None:
    draft.security.set("user", given.value, given.place)


def group(draft: Draft, given: Given) -> None:
    for item in values.listed(given.value):
        if item in _SPECIAL_GROUPS:
            reason = msg("The groups of the person who started it; a cluster has none.")
            draft.drop(given, reason)
        else:
            draft.add(draft.security, "groups", item, given)


def add_capability(draft: Draft, given: Given) -> None:
    _capabilities(draft, given, "cap_add")


def drop_capability(draft: Draft, given: Given) -> None:
    _capabilities(draft, given, "cap_drop")


def _capabilities(draft: Draft, given: Given, attribute: str) -> None:
    for item in values.listed(given.value):
        name = item.strip().upper().removeprefix("CAP_")
        draft.join(draft.security, attribute, name, given)


def privileged(draft: Draft, given: Given) -> None:
    if given.on:
        draft.security.set("privileged", value=True, place=given.place)
    else:
        draft.needless(given, msg("Switched off, as it is without."))


def security_option(draft: Draft, given: Given) -> None:
    name, value = (*re.split("[=:]", given.value, maxsplit=1), "")[:2]
    security = draft.security
    if name == "no-new-privileges":
        if value == "false":
            draft.needless(given, msg("Switched off, as it is without."))
        else:
            security.set("no_new_privileges", value=True, place=given.place)
    elif name in ("seccomp", "apparmor"):
        security.set(name, value, given.place)
    elif name == "label" and ":" in value:
        kind, _colon, label = value.partition(":")
        security.put("selinux", kind, label, given.place)
    elif name in ("mask", "unmask"):
        for path in value.split(":"):
            draft.join(security, name, path, given)
    elif name == "systempaths" and value == "unconfined":
        draft.join(security, "unmask", "ALL", given)
    else:
        reason = msg("%(option)s has no counterpart in a pod specification.", option=given.value)
        draft.drop(given, reason)


def user_namespace(draft: Draft, given: Given) -> None:
    draft.security.set("userns", given.value, given.place)


def identity_map(draft: Draft, given: Given) -> None:
    draft.drop(given, USER_NAMESPACES)
