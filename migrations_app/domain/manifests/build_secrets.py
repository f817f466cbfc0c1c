"""Environment variables, and the Secrets that keep what should not be read in a manifest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.loss import Outcome
from migrations_app.domain.manifests.build_draft import (
    NOWHERE,
    Ledger,
    Said,
    changed,
    choices,
    said,
)
from migrations_app.domain.manifests.expansion import literal
from migrations_app.domain.manifests.secret_markers import MARKER
from migrations_app.domain.messages import msg
from migrations_app.domain.names import to_data_key
from migrations_app.domain.questions import Question
from migrations_app.domain.secret_commands import holds_secrets
from migrations_app.domain.secrets import looks_secret
from migrations_app.domain.spec import ContainerSpec, SecretUse, ServiceSpec

_EXISTING = "existing"
_STUB = "stub"
_NO_VARIABLE = msg("The name is none that a variable of a pod can have.")
_LOOKS_SECRET = msg("The value looks secret, so it is kept in a Secret.")


@dataclass(slots=True)
class Vault:
    """The Secrets of a bundle in the making: name → key → value.

    A Podman secret that several services use is one Secret. ``own`` are the names of the Secrets
    that one service alone has, for the values of its variables.
    """

    contents: dict[str, dict[str, Any]] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)

    def put(self, name: str, key: str, value: Any) -> None:
        self.contents.setdefault(name, {}).setdefault(key, value)

    def drafts(self) -> list[dict[str, Any]]:
        """The Secret objects, in the order their first key was put."""
        return [
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": name},
                "type": "Opaque",
                "stringData": values,
            }
            for name, values in self.contents.items()
            if name not in self.absent
        ]


def environment(
    service: ServiceSpec, container: ContainerSpec, ledger: Ledger, vault: Vault
) -> list[dict[str, Any]]:
    """The ``env`` of a container: literal values, references for what looks secret."""
    secret_uses = {use.target: use for use in container.secrets if use.as_env}
    entries: list[dict[str, Any]] = []
    for name, value in container.environment.items():
        if name in secret_uses:
            ledger.drop(
                container.places.get(f"environment/{name}"),
                msg("The Podman secret of the same name takes precedence."),
            )
        elif not is_variable_name(name):
            _drop_variable(container, name, ledger)
        elif (
            name in container.secret_variables or looks_secret(name, value) or holds_secrets(value)
        ):
            entries.append(_from_own_secret(service, container, name, value, vault))
        else:
            text = literal(value)
            reason = msg("Dollar signs that Kubernetes would expand are doubled.")
            place = f"environment/{name}"
            entry = (
                said(container.places, place, text)
                if text == value
                else changed(container.places, place, text, reason)
            )
            entries.append({"name": name, "value": entry})
    for target, use in secret_uses.items():
        if not is_variable_name(target):
            ledger.drop(use.places.get(""), _NO_VARIABLE)
            continue
        key = podman_secret(service, use, ledger, vault)
        reference = {"secretKeyRef": {"name": use.name, "key": key}}
        entries.append(
            {
                "name": target,
                "valueFrom": changed(
                    use.places, "", reference, msg("A Podman secret becomes a Secret.")
                ),
            }
        )
    return entries


def is_variable_name(name: str) -> bool:
    """Whether a cluster takes it: printable ASCII without an equals sign."""
    return bool(name) and all(" " <= letter <= "~" and letter != "=" for letter in name)


def _drop_variable(container: ContainerSpec, name: str, ledger: Ledger) -> None:
    place = container.places.get(f"environment/{name}", NOWHERE)
    ledger.drop(place, _NO_VARIABLE)
    ledger.findings.append(
        Finding(
            "CFG-05",
            Severity.LOW,
            place,
            msg(
                "Container %(container)s has a variable called %(name)s.",
                container=container.name,
                name=repr(name),
            ),
            _NO_VARIABLE,
            msg("Give it a name of letters, digits and underscores."),
            subject=f"{container.name}:{name}",
        )
    )


def _from_own_secret(
    service: ServiceSpec, container: ContainerSpec, name: str, value: str, vault: Vault
) -> dict[str, Any]:
    secret = f"{service.name}-secrets"
    known = vault.contents.get(secret, {}).get(name)
    taken = known is not None and _value(known) != value
    key = to_data_key(f"{container.name}.{name}" if taken else name)
    place = container.places.get(f"environment/{name}", NOWHERE)
    vault.put(secret, key, Said(value, place, Outcome.CONVERTED, _LOOKS_SECRET))
    reference = {"secretKeyRef": {"name": secret, "key": key}}
    return {
        "name": name,
        "valueFrom": Said(reference, place, Outcome.CONVERTED, _LOOKS_SECRET),
    }


def _value(known: Any) -> Any:
    return known.value if isinstance(known, Said) else known


def podman_secret(service: ServiceSpec, use: SecretUse, ledger: Ledger, vault: Vault) -> str:
    """Have the Secret of a Podman secret made; its key."""
    key = to_data_key(use.name)
    if use.value is not None:
        vault.put(use.name, key, said(use.places, "", use.value))
        return key
    answer = ledger.ask(
        Question(
            id=f"secret-value:{service.name}:{use.name}",
            code="secret-value",
            text=msg("Where does the value of secret %(name)s come from?", name=use.name),
            why=msg("Its value is not among the files; Podman gives away none that it keeps."),
            choices=choices(
                (
                    _STUB,
                    msg("A Secret with a placeholder is made; the value is put in later"),
                ),
                (_EXISTING, msg("The cluster has a Secret of this name; none is made")),
            ),
            recommended=_STUB,
            place=use.places.get("", NOWHERE),
        )
    )
    if answer == _EXISTING:
        vault.absent.add(use.name)
    vault.put(use.name, key, MARKER)
    return key
