"""Strings that some YAML reader would take for something else, or trip over."""

from __future__ import annotations

NASTY = (
    *("", " ", "~", "null", "Null", "NULL", "nil", "None"),
    *("y", "Y", "n", "N", "yes", "Yes", "NO", "no", "on", "Off", "OFF", "true", "True", "FALSE"),
    *("0", "00", "08", "0644", "0o17", "0x1F", "0b101", "1_000", "+1", "-1", "+12", "-0", "1:30"),
    *("190:20:30", "1.0", "1.10", ".5", "5.", "1e3", "1E5", "1e+3", "1e-3", "6.02e23", "12e03"),
    *(".inf", "-.INF", "+.Inf", ".nan", ".NaN", "Infinity", "NaN", "0.", "1.2.3", "1,000"),
    *("2026-01-31", "2026-01-31T10:00:00Z", "2026-1-3 10:00:00", "10:00", "1_0.5", "_1", "1_"),
    *("-", "- a", "? a", ": a", "a: b", "a:", "a #b", "#a", "&a", "*a", "!a", "!!str a", "%a"),
    *("@a", "`a", "'a'", '"a"', "[a]", "{a}", "a, b", "|", ">", "|-", "---", "...", "--- a"),
    *("<<", "=", "=a", "a\\nb", "C:\\path", "${VAR}", "{{ .Values.a }}", "a\tb", "\ta", "a\t"),
    *(" a", "a ", "a\n", "\na", "a\nb", "a\nb\n", "a\n\nb\n\n", " a\nb", "a \nb", "a\n b\n", "\n"),
    *(
        "a\r\nb",
        "a\rb",
        "é",
        "架け橋",
        "🌉",
        "\u00a0a",
        "a\u2028b",
        "a\u2029b",
        "\ufeffa",
        "a\u0085b",
    ),
    *(
        "x" * 300,
        "word " * 60,
        "line\n" * 40,
        "- a\n- b\n",
        "key: value\nother: x\n",
        "#!/bin/sh\n",
    ),
)
