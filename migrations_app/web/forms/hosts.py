"""Forms of Podman hosts."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from migrations_app.web.forms.common import WorkbenchForm


class HostForm(WorkbenchForm):
    name = forms.CharField(label=_("Name"), max_length=63, help_text=_("a-z, 0-9 and -"))
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_(
            "unix:///path/podman.sock, ssh://user@host/path/podman.sock or tcp://host:port"
        ),
    )
    allow_rehearsal = forms.BooleanField(
        label=_("Rehearsals may run on it: they play what was uploaded"), required=False
    )


class HostChangeForm(WorkbenchForm):
    url = forms.CharField(label=_("Address"), max_length=500, required=False)
    allow_rehearsal = forms.BooleanField(
        label=_("Rehearsals may run on it: they play what was uploaded"), required=False
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
