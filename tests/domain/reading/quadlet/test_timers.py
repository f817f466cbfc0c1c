"""Timers beside the units that they start."""

from __future__ import annotations

import pytest

from migrations_app.domain.bundle import SourceKind
from tests.domain.reading.quadlet.reading_units import read

BACKUP = "[Container]\nImage=backup\n[Service]\nType=oneshot\n"
TIMER = "[Unit]\nDescription=Nightly\n[Timer]\nOnCalendar=Mon..Fri 02:30\nPersistent=true\n"


@pytest.mark.parametrize(
    ("name", "extra"), [("backup.timer", ""), ("nightly.timer", "Unit=backup.service\n")]
)
def test_a_timer_makes_its_service_run_again_and_again(name: str, extra: str):
    bundle = read({"backup.container": BACKUP, name: TIMER + extra})
    (backup,) = bundle.specs
    assert backup.schedule == "30 2 * * 1-5"
    assert str(backup.places["schedule"]).startswith(f"{name}:4:1 ")
    assert {row.path for row in bundle.loss} >= {f"{name}/Unit/Description"}
    assert [member.kind for member in bundle.members] == [SourceKind.QUADLET, SourceKind.SYSTEMD]
    assert not any(member.problems for member in bundle.members)


def test_times_that_no_cron_line_says_are_told_of():
    bundle = read({"backup.container": BACKUP, "backup.timer": "[Timer]\nOnUnitActiveSec=15min\n"})
    assert bundle.specs[0].schedule == ""
    (row,) = [row for row in bundle.loss if row.path.startswith("backup.timer")]
    assert (row.path, row.outcome.value) == ("backup.timer/Timer/OnUnitActiveSec", "dropped")


def test_a_timer_of_something_else_is_left_alone():
    bundle = read(
        {
            "backup.container": BACKUP,
            "other.timer": TIMER,
            "other.service": "[Service]\nExecStart=/usr/bin/podman run --rm quay.io/a\n",
        }
    )
    assert {spec.name: spec.schedule for spec in bundle.specs}["backup"] == ""
