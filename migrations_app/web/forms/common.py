"""How every form of the workbench looks, and how errors of actions get onto it."""

from __future__ import annotations

from typing import Any

from django import forms

from migrations_app.domain.errors import WorkbenchError
from migrations_app.queries.wording import translated


class WorkbenchForm(forms.Form):
    """Fields in the interface's clothes; errors are tied to their fields for screen readers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if not isinstance(field.widget, forms.CheckboxInput | forms.CheckboxSelectMultiple):
                field.widget.attrs.setdefault("class", "kh-input")

    def refuse(self, error: WorkbenchError) -> None:
        """Show what an action had against it, and keep what was typed."""
        problems = error.problems
        for problem in problems:
            name = problem.code.removeprefix("invalid_")
            self.add_error(name if name in self.fields else None, translated(problem.message))
        if not problems:
            self.add_error(None, translated(error.message))
