"""Forms of one service: its owner, its revisions, its rehearsals, its moves, its presets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from migrations_app.domain.pipeline.phases import Phase
from migrations_app.domain.presets.schema import Preset as Layer
from migrations_app.domain.rehearsal.values import Peers
from migrations_app.domain.words import PEERS, PHASES
from migrations_app.models import Host, Preset, Revision
from migrations_app.queries.wording import translated, translated_word
from migrations_app.web.forms.common import WorkbenchForm


class OwnerForm(WorkbenchForm):
    owner = forms.CharField(
        label=_("Owner"),
        max_length=150,
        required=False,
        help_text=_("A person or a team; shown on the board."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A parameter that some preset knows."""

    name: str
    required: bool
    default: str

    @classmethod
    def of(cls, layers: Iterable[Layer]) -> list[Wanted]:
        """The parameters of all layers, each once; required if any layer says so."""
        found: dict[str, Wanted] = {}
        for layer in layers:
            for name, parameter in layer.parameters.items():
                before = found.get(name)
                found[name] = cls(
                    name,
                    parameter.required or bool(before and before.required),
                    parameter.default or (before.default if before else ""),
                )
        return sorted(found.values(), key=lambda item: item.name)


class RevisionForm(WorkbenchForm):
    """Which environment a revision is for, and with which parameters and images.

    ``parameters`` and ``images`` are field names; their values come from fields that are made for
    the presets and containers at hand.
    """

    environment = forms.ChoiceField(label=_("Environment"))
    commit = forms.CharField(label=_("Commit"), max_length=100, required=False)
    change_author = forms.CharField(label=_("Author of the change"), max_length=200, required=False)

    def __init__(
        self,
        *args: Any,
        environments: Sequence[str],
        wanted: Sequence[Wanted],
        containers: Mapping[str, str],
        given: Mapping[str, str] | None = None,
        images: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._choices("environment").choices = [(name, name) for name in environments]
        for item in wanted:
            self.fields[f"parameter:{item.name}"] = forms.CharField(
                label=item.name,
                max_length=500,
                required=item.required and not item.default,
                initial=(given or {}).get(item.name, ""),
                widget=forms.TextInput(
                    attrs={"class": "kh-input kh-mono", "placeholder": item.default}
                ),
            )
        for name, image in containers.items():
            self.fields[f"image:{name}"] = forms.CharField(
                label=name,
                max_length=500,
                required=False,
                initial=(images or {}).get(name, ""),
                widget=forms.TextInput(attrs={"class": "kh-input kh-mono", "placeholder": image}),
            )

    def _choices(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - as it is declared above
        return field

    @property
    def parameter_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("parameter:")]

    @property
    def image_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("image:")]

    def given(self, prefix: str) -> dict[str, str]:
        """What was filled in below ``parameter:`` or ``image:``; empty fields are not given."""
        return {
            name.removeprefix(prefix): value
            for name, value in self.cleaned_data.items()
            if name.startswith(prefix) and value
        }


class RehearsalForm(WorkbenchForm):
    """What is rehearsed, where, and beside what."""

    revision = forms.ChoiceField(label=_("Revision"))
    host = forms.ChoiceField(label=_("Host"))
    peers = forms.ChoiceField(label=_("Peers"))

    def __init__(
        self, *args: Any, revisions: Iterable[Revision], hosts: Iterable[Host], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = {
            "revision": [(str(r.number), f"{r.number} · {r.environment}") for r in revisions],
            "host": [(host.name, host.name) for host in hosts],
            "peers": [(peers.value, translated(PEERS[peers.value])) for peers in Peers],
        }
        for name, values in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - as it is declared above
            field.choices = values


class MoveForm(WorkbenchForm):
    to = forms.ChoiceField(choices=[(phase.value, phase.value) for phase in Phase])
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"class": "kh-input", "rows": 2}),
    )

    def clean_to(self) -> Phase:
        return Phase(self.cleaned_data["to"])


class PinForm(WorkbenchForm):
    """One more layer for a service: a version of a preset, for one environment or for all."""

    version = forms.ChoiceField(label=_("Preset"))
    environment = forms.ChoiceField(label=_("Environment"), required=False)

    def __init__(
        self, *args: Any, presets: Iterable[Preset], environments: Iterable[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        versions = [
            (f"{preset.name}@{number}", f"{preset.name} v{number}")
            for preset in presets
            for number in range(preset.latest, 0, -1)
        ]
        for name, values in (
            ("version", versions),
            ("environment", [("", _("Every environment")), *((e, e) for e in environments)]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - as it is declared above
            field.choices = values


def phase_word(phase: str) -> str:
    """The name of a phase in the reader's language."""
    return translated_word("phase", phase) if phase in PHASES else phase
