"""A JSON patch makes the second value of the first, for every pair of values."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest

from migrations_app.domain.outputs.json_patch import json_patch
from migrations_app.domain.places import parse_pointer
from migrations_app.domain.same import same


@pytest.mark.parametrize("seed", range(300))
def test_the_operations_make_the_second_of_the_first(seed: int) -> None:
    chance = random.Random(seed)
    before = {"a": _value(chance, 4)}
    after = {"a": _value(chance, 4)} if seed % 2 else _nudged(before, chance)
    assert same(_applied(before, list(json_patch(before, after))), after)


def test_only_what_changed_in_a_list_is_named() -> None:
    before = {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}
    after = {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "3"}, {"name": "C"}]}
    assert list(json_patch(before, after)) == [
        {"op": "replace", "path": "/env/1/value", "value": "3"},
        {"op": "add", "path": "/env/-", "value": {"name": "C"}},
    ]


def test_a_truth_value_is_no_number() -> None:
    assert list(json_patch({"a": 1}, {"a": True})) == [
        {"op": "replace", "path": "/a", "value": True}
    ]


def _value(chance: random.Random, depth: int) -> Any:
    kind = chance.randrange(6 if depth else 4)
    if kind == 4:
        return {chance.choice("ab/~c0"): _value(chance, depth - 1) for _ in range(3)}
    if kind == 5:
        return [_value(chance, depth - 1) for _ in range(chance.randrange(4))]
    return [None, chance.randrange(3), chance.choice(["", "x"]), chance.random() < 0.5][kind]


def _nudged(value: Any, chance: random.Random) -> Any:
    if isinstance(value, dict):
        return {key: _nudged(item, chance) for key, item in value.items()}
    if isinstance(value, list):
        grown = [*value, _value(chance, 1)] if chance.random() < 0.3 else value
        return [_nudged(item, chance) for item in grown]
    return _value(chance, 0) if chance.random() < 0.3 else value


def _applied(value: Any, operations: list[dict[str, Any]]) -> Any:
    """The rules of RFC 6902, written down plainly."""
    result = {"root": copy.deepcopy(value)}
    for operation in operations:
        raw = operation["path"].split("/")[1:]
        steps = ["root", *(step.replace("~1", "/").replace("~0", "~") for step in raw)]
        assert len(parse_pointer(operation["path"])) == len(raw)
        holder: Any = result
        for step in steps[:-1]:
            holder = holder[int(step)] if isinstance(holder, list) else holder[step]
        last = steps[-1]
        if isinstance(holder, list):
            if operation["op"] == "add":
                assert last == "-"
                holder.append(copy.deepcopy(operation["value"]))
            else:
                holder[int(last)] = copy.deepcopy(operation["value"])
        elif operation["op"] == "remove":
            del holder[last]
        else:
            assert (operation["op"] == "add") == (last not in holder)
            holder[last] = copy.deepcopy(operation["value"])
    return result["root"]
