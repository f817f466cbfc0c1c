"""Plain values of findings and the rest, and what they give away."""

from __future__ import annotations

from migrations_app.domain import records
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.secret_markers import MARKER
from migrations_app.domain.messages import counted, either, msg, msg_for
from migrations_app.domain.places import Place

FOUND = Finding(
    "CFG-01",
    Severity.HIGH,
    Place("web.yaml", 3, 5, "Deployment/web", "/spec"),
    msg("The secret %(value)s stands in clear.", value="hunter2hunter2"),
    fix=msg("Move it."),
    fixable=True,
    subject="DB_PASSWORD",
)


def test_a_finding_comes_back_as_it_was() -> None:
    assert records.finding_from(records.finding(FOUND)) == FOUND


def test_a_quoted_secret_is_hidden_and_our_own_words_stay() -> None:
    secrets = records.secret_texts(["hunter2hunter2", "secret"])
    hidden = records.conceal(records.finding(FOUND), secrets)
    assert hidden["message"]["params"] == {"value": MARKER}
    assert hidden["message"]["text"] == FOUND.message.text


def test_a_secret_inside_a_longer_quotation_is_hidden() -> None:
    secrets = records.secret_texts(["hunter2hunter2"])
    quoted = {"before": {"command": ["sh", "-c", "login hunter2hunter2 now"]}}
    assert records.conceal(quoted, secrets) == {
        "before": {"command": ["sh", "-c", f"login {MARKER} now"]}
    }


def test_values_of_a_secret_are_known_in_clear_too() -> None:
    assert records.secret_texts(["aHVudGVyMmh1bnRlcjI="]) == {
        "aHVudGVyMmh1bnRlcjI=",
        "hunter2hunter2",
    }


def test_messages_within_messages_come_back_as_they_were() -> None:
    nested = msg("%(name)s lacks %(what)s.", name="web", what=either(["requests", msg("limits")]))
    for message in (nested, counted("%(count)s gate", "%(count)s gates", count=2)):
        assert records.message_from(records.message(message)) == message
    failed = msg_for("rehearsal", "Failed")
    assert records.message_from(records.message(failed)) == failed


def test_a_secret_within_a_message_within_a_message_is_hidden_and_its_template_stays() -> None:
    inner = msg("the value is %(value)s", value="the value")
    hidden = records.conceal(
        records.message(msg("%(why)s.", why=inner)), records.secret_texts(["the value"])
    )
    assert hidden["params"]["why"] == {"text": inner.text, "params": {"value": MARKER}}
