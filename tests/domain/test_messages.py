"""Sentences: what is looked up, what is filled in, and in which order."""

from __future__ import annotations

import enum
import importlib
import pkgutil

import pytest

import migrations_app.domain
from migrations_app.domain.messages import both, counted, either, listed, msg, msg_for
from migrations_app.domain.pipeline.gates import Facts, RevisionFacts, gates
from migrations_app.domain.pipeline.phases import Phase
from migrations_app.domain.runs import STEPS
from migrations_app.domain.words import TABLES, word


class Shouting:
    """A catalogue in which every template is in capitals, and its placeholders are not."""

    def gettext(self, message: str) -> str:
        return message.upper().replace("%(NAME)S", "%(name)s").replace("%(WHY)S", "%(why)s")

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return self.gettext(singular if number == 1 else plural).replace("%(COUNT)S", "%(count)s")

    def pgettext(self, context: str, message: str) -> str:
        return f"{context}:{self.gettext(message)}"


def test_a_template_is_looked_up_before_it_is_filled_in() -> None:
    assert msg("call %(name)s", name="web").said_with(Shouting()) == "CALL web"


def test_a_message_within_a_message_is_looked_up_too() -> None:
    message = msg("no: %(why)s", why=msg("it is late"))
    assert message.said_with(Shouting()) == "NO: IT IS LATE"
    assert str(message) == "no: it is late"


@pytest.mark.parametrize(("count", "text"), [(0, "0 gates"), (1, "1 gate"), (2, "2 gates")])
def test_one_has_words_of_its_own(count: int, text: str) -> None:
    message = counted("%(count)s gate", "%(count)s gates", count=count)
    assert str(message) == text
    assert message.said_with(Shouting()) == text.upper()


def test_a_context_is_part_of_what_is_looked_up() -> None:
    assert msg_for("run", "failed").said_with(Shouting()) == "run:FAILED"


def test_nothing_said_stays_nothing() -> None:
    assert msg("").said_with(Shouting()) == ""


def test_a_percent_sign_without_parameters_is_one() -> None:
    assert str(msg("100 % of it")) == "100 % of it"


def test_lists_are_read_like_sentences() -> None:
    assert str(either(["a", "b", "c"])) == "a, b or c"
    assert str(both(["a", "b"])) == "a and b"
    assert str(listed(["a", "b"])) == "a, b"
    assert either(["a"]) == "a"


ENUMERATIONS = {
    "phase": "Phase",
    "severity": "Severity",
    "outcome": "RehearsalOutcome",
    "run_kind": "RunKind",
    "run_at_work": "RunKind",
    "run_state": "RunState",
    "step_state": "StepState",
    "loss": "Outcome",
    "origin": "StepKind",
    "source": "SourceKind",
    "next_step": "NextStep",
    "diff": "DiffState",
    "role": "Role",
    "role_meaning": "Role",
    "scope": "Scope",
    "probe": "ProbeKind",
    "peers": "Peers",
    "event": "Tag",
}


def _enumerations() -> dict[str, type[enum.StrEnum]]:
    found = {}
    for module in pkgutil.walk_packages(migrations_app.domain.__path__, "migrations_app.domain."):
        for name, item in vars(importlib.import_module(module.name)).items():
            if isinstance(item, type) and issubclass(item, enum.StrEnum):
                found[name] = item
    return found


@pytest.mark.parametrize(("table", "name"), ENUMERATIONS.items())
def test_every_value_that_a_person_sees_has_a_word(table: str, name: str) -> None:
    missing = [item.value for item in _enumerations()[name] if item.value not in TABLES[table]]
    assert missing == []


def test_every_step_of_a_run_has_a_word() -> None:
    assert {step for steps in STEPS.values() for step in steps} <= TABLES["step"].keys()


def test_every_gate_has_a_word() -> None:
    facts = Facts(revision=RevisionFacts(1, "", "", current=True))
    codes = {gate.code for to in Phase for gate in gates(facts, to)}
    assert codes <= TABLES["gate"].keys()


def test_a_value_of_a_later_version_is_shown_as_it_is() -> None:
    assert str(word("phase", "retired")) == "retired"


def test_a_long_list_is_one_sentence() -> None:
    words = [f"w{number}" for number in range(5000)]
    assert str(listed(words)) == ", ".join(words)
    assert str(both(words)) == ", ".join(words[:-1]) + " and w4999"
