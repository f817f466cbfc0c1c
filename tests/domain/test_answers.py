"""Answers: one to one question, and presets' answers to many."""

from __future__ import annotations

import pytest

from migrations_app.domain.answers import Answers, answered, before_rendering
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.messages import msg
from migrations_app.domain.presets.schema import Preset
from migrations_app.domain.questions import Choice, Question

SIZE = Question(
    "volume-size:shop:data",
    "volume-size",
    msg("How large?"),
    msg("Nobody said."),
    (Choice("1Gi", msg("small")), Choice("10Gi", msg("large"))),
    "1Gi",
)


@pytest.mark.parametrize(
    ("kept", "answer"),
    [
        ({"volume-size": "10Gi"}, "10Gi"),
        ({"volume-size": "1Gi", "volume-size:shop:*": "10Gi"}, "10Gi"),
        ({"volume-size:shop:*": "1Gi", "volume-size:shop:data": "10Gi"}, "10Gi"),
        ({"volume-size:*": "1Gi", "volume-size:shop:d*": "10Gi"}, "10Gi"),
        ({"volume-class": "10Gi", "volume-size:other:*": "10Gi", "*": "10Gi"}, None),
    ],
)
def test_the_most_precise_key_of_a_preset_answers(kept: dict[str, str], answer: str | None) -> None:
    assert Answers({}, kept).get(SIZE.id) == answer


def test_what_was_given_to_the_question_itself_wins() -> None:
    answers = Answers({SIZE.id: "1Gi"}, {SIZE.id: "10Gi", "volume-size": "10Gi"})

    assert answered(SIZE, answers).answer == "1Gi"


def test_a_preset_that_answers_with_no_choice_leaves_the_recommended_one_in_force() -> None:
    question = answered(SIZE, Answers({}, {"volume-size": "2Ti"}))

    assert question.answer is None
    assert question.in_force == "1Gi"


def test_an_answer_of_a_person_that_is_no_choice_is_refused_with_the_choices() -> None:
    with pytest.raises(InvalidInput, match="1Gi, 10Gi"):
        answered(SIZE, Answers({SIZE.id: "2Ti"}, {}))


def test_readers_get_what_no_environment_and_no_parameter_decides() -> None:
    layers = [
        Preset("house", sections={"answers": {"a": "1", "b": "2", "c": "${X}"}}),
        Preset("live", environment="production", sections={"answers": {"a": "3"}}),
        Preset("shop", application="shop", sections={"answers": {"b": None, "d": "4"}}),
    ]

    answers = before_rendering(layers, {"d:shop": "5"})

    found = [answers.get(key) for key in ("a:x", "b:x", "c:x", "d:x", "d:shop")]
    assert found == ["1", None, None, "4", "5"]
