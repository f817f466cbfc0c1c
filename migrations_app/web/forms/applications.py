"""Forms about applications and their environments."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from migrations_app.web.forms.common import WorkbenchForm


class ApplicationForm(WorkbenchForm):
    slug = forms.CharField(
        label=_("Slug"),
        max_length=63,
        help_text=_("Used in addresses and presets; never changes. a-z, 0-9 and -."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    name = forms.CharField(label=_("Name"), max_length=200, required=False)


class RenameForm(WorkbenchForm):
    name = forms.CharField(label=_("Name"), max_length=200)
    version = forms.IntegerField(widget=forms.HiddenInput)


class ArchiveForm(WorkbenchForm):
    slug = forms.CharField(label=_("Type the slug to confirm"), max_length=63)


class EnvironmentForm(WorkbenchForm):
    namespace = forms.CharField(label=_("Namespace"), max_length=63, required=False)
    kubernetes_version = forms.CharField(
        label=_("Kubernetes version"),
        max_length=8,
        required=False,
        help_text=_("Such as 1.34; empty for the newest that is bundled."),
    )
    cluster = forms.CharField(label=_("Cluster"), max_length=100, required=False)
    time_zone = forms.CharField(label=_("Time zone"), max_length=63, initial="UTC")
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
