"""Forms about people: logging in, accounts, roles, tokens."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from migrations_app.domain.people.roles import Role, Scope
from migrations_app.models import Application
from migrations_app.queries.wording import translated_word
from migrations_app.web.forms.common import WorkbenchForm


class LoginForm(WorkbenchForm):
    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PasswordForm(WorkbenchForm):
    current = forms.CharField(
        label=_("Current password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("New password"),
        strip=False,
        help_text=_("At least 8 characters, not only figures, and not a common password."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    repeated = forms.CharField(
        label=_("New password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("new") and cleaned.get("new") != cleaned.get("repeated"):
            self.add_error("repeated", _("The two new passwords differ."))
        return cleaned


class TokenForm(WorkbenchForm):
    """``scopes`` are those that the owner's roles allow."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("What uses it, such as ci-banking.")
    )
    scopes = forms.MultipleChoiceField(label=_("Scopes"), widget=forms.CheckboxSelectMultiple)
    days = forms.IntegerField(
        label=_("Days until it expires"), min_value=1, max_value=366, initial=90
    )

    def __init__(self, *args: Any, scopes: Iterable[Scope], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["scopes"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(scope.value, translated_word("scope", scope)) for scope in scopes]


class RoleForm(WorkbenchForm):
    role = forms.ChoiceField(label=_("Role"))
    application = forms.ModelChoiceField(
        label=_("In"),
        queryset=Application.objects.none(),
        required=False,
        empty_label=_("All applications"),
        to_field_name="slug",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role, application = self.fields["role"], self.fields["application"]
        if isinstance(role, forms.ChoiceField):
            role.choices = [(role.value, translated_word("role", role)) for role in Role]
        if isinstance(application, forms.ModelChoiceField):
            application.queryset = Application.objects.filter(archived=None)


class PersonForm(RoleForm):
    username = forms.CharField(
        label=_("User name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    email = forms.EmailField(label=_("E-mail"), required=False)
    password = forms.CharField(
        label=_("First password"),
        strip=False,
        required=False,
        help_text=_("Without one nobody can log in with the account; tokens work all the same."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    field_order = ("username", "email", "password", "role", "application")
