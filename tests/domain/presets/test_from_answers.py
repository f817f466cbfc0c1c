"""Answers that become a preset, and answer the same questions from there."""

from __future__ import annotations

from typing import Any

from migrations_app.domain.answers import Answers
from migrations_app.domain.manifests.secret_markers import MARKER
from migrations_app.domain.presets.from_answers import preset_text
from migrations_app.domain.presets.schema import Preset


def asked(question: str, answer: str | None) -> dict[str, Any]:
    return {"id": question, "code": question.partition(":")[0], "answer": answer}


def answers(*questions: dict[str, Any]) -> dict[str, str]:
    preset = Preset.from_text(preset_text("house", "shop", questions))
    assert (preset.name, preset.application) == ("house", "shop")
    found: dict[str, str] = preset.sections["answers"]
    return found


def test_one_answer_to_all_questions_of_a_code_answers_the_code() -> None:
    found = answers(asked("volume-size:a:x", "5Gi"), asked("volume-size:b:y", "5Gi"))

    assert found == {"volume-size": "5Gi"}
    assert Answers({}, found)["volume-size:other:z"] == "5Gi"


def test_several_answers_stay_with_their_questions() -> None:
    given = {"volume-size:a:x": "5Gi", "volume-size:b:y": "off", "bind-mount:a:/etc": "no"}
    found = answers(*(asked(key, value) for key, value in given.items()))

    assert found == {"volume-size:a:x": "5Gi", "volume-size:b:y": "off", "bind-mount": "no"}
    assert all(Answers({}, found)[key] == value for key, value in given.items())


def test_what_is_open_or_secret_is_left_out() -> None:
    assert answers(asked("variable:shop:PASSWORD", MARKER), asked("volume-size:a:x", None)) == {}


def test_an_answer_about_one_thing_is_given_to_no_other() -> None:
    given = {
        "image-name:a:a": "registry.example.com/a:1",
        "variable:shop:LEVEL": "info",
        "service-port:db": "5432",
    }
    assert answers(*(asked(key, value) for key, value in given.items())) == given


def test_what_is_open_is_not_answered_by_its_like() -> None:
    found = answers(asked("volume-size:a:x", "5Gi"), asked("volume-size:b:y", None))
    assert found == {"volume-size:a:x": "5Gi"}
