"""Specifiers and variables of unit files."""

from __future__ import annotations

import pytest

from migrations_app.domain.reading.units.specifiers import UnitName, expand
from migrations_app.domain.reading.units.variables import Substituted, substitute


@pytest.mark.parametrize(
    ("name", "text", "expanded"),
    [
        ("web.service", "systemd-%N", "systemd-web"),
        ("web.service", "%n %p %i|100%%", "web.service web |100%"),
        ("app-web@blue\\x2dgreen.service", "%p_%i %j %I", "app-web_blue\\x2dgreen web blue-green"),
        ("srv-data.service", "%P %f", "srv/data /srv/data"),
    ],
)
def test_what_the_name_tells(name: str, text: str, expanded: str):
    found = expand(text, UnitName.of(name).specifiers())
    assert (found.text, found.unknown) == (expanded, ())


def test_what_only_the_machine_tells_stays_and_is_named():
    found = expand("%h/data:%t/x", UnitName.of("web.service").specifiers())
    assert (found.text, found.unknown) == ("%h/data:%t/x", ("h", "t"))


def test_a_template_has_no_instance_yet():
    assert UnitName.of("web@.service").is_template
    assert not UnitName.of("web@1.service").is_template
    assert not UnitName.of("web.service").is_template


@pytest.mark.parametrize(
    ("word", "words", "unset"),
    [
        ("$ARGS", ("-a", "b", "c"), ()),
        ("x${ARGS}", ("x-a b c",), ()),
        ("a$ARGS", ("a$ARGS",), ()),
        ("$$HOME and $${X}", ("$HOME and ${X}",), ()),
        ("$NONE", (), ("NONE",)),
        ("<${NONE}>", ("<>",), ("NONE",)),
        ("cost: 5$", ("cost: 5$",), ()),
    ],
)
def test_variables_of_a_word(word: str, words: tuple[str, ...], unset: tuple[str, ...]):
    assert substitute(word, {"ARGS": "-a b c"}) == Substituted(words, unset)
