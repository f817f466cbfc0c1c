"""The preset editor's form."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from migrations_app.domain.errors import WorkbenchError
from migrations_app.queries.wording import translated
from migrations_app.web.forms.common import WorkbenchForm


class PresetForm(WorkbenchForm):
    text = forms.CharField(
        label=_("Preset"),
        max_length=100_000,
        strip=False,
        widget=forms.Textarea(
            attrs={
                "class": "kh-input kh-input--code",
                "data-editor": "460px",
                "spellcheck": "false",
                "rows": 20,
            }
        ),
    )
    pinned_only = forms.BooleanField(
        label=_("Applies only to services that pin it"), required=False
    )

    def refuse_text(self, error: WorkbenchError) -> None:
        """The sentence above the editor; the problems are shown beside their lines."""
        self.add_error(None, translated(error.message))


class PresetVersionForm(PresetForm):
    """The next version of a preset; ``version`` is the one that it was begun from."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
