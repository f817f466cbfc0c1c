"""A rehearsal's verdict as a finding."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from migrations_app.domain.checks.rehearsals import rehearsal_finding, rehearsal_findings
from migrations_app.domain.findings import Severity
from migrations_app.domain.messages import msg
from migrations_app.domain.rehearsal.values import Claim, RehearsalOutcome
from migrations_app.domain.rehearsal.verdict import Observations, Verdict


def verdict(outcome: RehearsalOutcome, reason: str = "It ended with code 1.") -> Verdict:
    return Verdict(outcome, msg(reason), (), (), (), ())


def test_a_rehearsal_that_passed_is_no_finding() -> None:
    assert rehearsal_finding("Deployment/web", verdict(RehearsalOutcome.PASSED)) is None


def test_a_failed_one_is_a_blocker_with_its_reason() -> None:
    finding = rehearsal_finding("Deployment/web", verdict(RehearsalOutcome.FAILED))

    assert finding is not None
    assert (finding.code, finding.severity) == ("REH-02", Severity.BLOCKER)
    assert str(finding.message) == "It ended with code 1."
    assert finding.waivable


def test_an_inconclusive_one_says_why_nothing_was_shown() -> None:
    finding = rehearsal_finding("Pod/a", verdict(RehearsalOutcome.INCONCLUSIVE, "No image."))

    assert finding is not None
    assert str(finding.message) == "The rehearsal of Pod/a showed nothing: No image."


def test_none_at_all_is_a_finding_too() -> None:
    finding = rehearsal_finding("Pod/a", None)

    assert finding is not None
    assert str(finding.message) == "Pod/a was not rehearsed yet."


MIB = 1024**2
PLAYED = yaml.safe_load("""
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: web
          image: r.io/web:1
          resources: {limits: {memory: 64Mi}}
          livenessProbe: {httpGet: {path: /, port: 80}, initialDelaySeconds: 5}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
""")


def codes(seen: Observations, **more: Any) -> list[str]:
    passed = Verdict(RehearsalOutcome.PASSED, msg("It became ready."), (), (), (), ())
    return [f.code for f in rehearsal_findings(more.get("verdict", passed), seen, [PLAYED])]


def test_a_sound_rehearsal_of_a_restricted_service_finds_nothing() -> None:
    assert (
        codes(Observations(ready_at=20.0, stop_in_time=True, peak={"web": {"memory": MIB}})) == []
    )


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        (Observations(stop_in_time=False), "REH-04"),
        (Observations(left_over=["pod shop"]), "REH-05"),
        (Observations(loopback_only=["web"]), "REH-06"),
        (Observations(ready_at=36.0), "PRB-05"),
        (Observations(peak={"web": {"memory": 60 * MIB}}), "RES-03"),
    ],
)
def test_what_was_seen_is_found(seen: Observations, code: str) -> None:
    assert codes(seen) == [code]


def test_what_cannot_be_shown_is_named() -> None:
    unproven = (Claim(msg("Ingress leads to the Service"), msg("Podman has none")),)
    verdict = Verdict(RehearsalOutcome.PASSED, msg("Fine."), (), (), unproven, ())

    (finding,) = rehearsal_findings(verdict, Observations(), [PLAYED])

    assert (finding.code, finding.place.object) == ("REH-03", "Deployment/web")
    assert "Ingress leads to the Service" in str(finding.message)


def test_capabilities_that_a_cluster_does_not_give_prove_little() -> None:
    generous = yaml.safe_load(yaml.safe_dump(PLAYED))
    container = generous["spec"]["template"]["spec"]["containers"][0]
    del container["securityContext"]["capabilities"]
    passed = Verdict(RehearsalOutcome.PASSED, msg("Fine."), (), (), (), ())

    (finding,) = rehearsal_findings(passed, Observations(), [generous])

    assert finding.code == "REH-07"
    assert "capabilities.drop: [ALL]" in str(finding.message)


def test_a_start_up_probe_takes_over_the_wait() -> None:
    patient = yaml.safe_load(yaml.safe_dump(PLAYED))
    container = patient["spec"]["template"]["spec"]["containers"][0]
    container["startupProbe"] = {"tcpSocket": {"port": 80}, "failureThreshold": 30}
    passed = Verdict(RehearsalOutcome.PASSED, msg("Fine."), (), (), (), ())

    assert rehearsal_findings(passed, Observations(ready_at=36.0), [patient]) == []
