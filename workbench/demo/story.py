"""The main job, step by step, through the same actions that the browser and the API call."""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from django.core.management import CommandError, call_command

from migrations_app.actions import applications, captures, choices, hosts, phases, presets
from migrations_app.actions import rehearsals as rehearsing
from migrations_app.actions import revisions as revising
from migrations_app.domain import records
from migrations_app.domain.errors import Conflict, WorkbenchError
from migrations_app.domain.findings import Finding
from migrations_app.domain.fixes import fix_for
from migrations_app.domain.messages import UNSAID, Message, msg
from migrations_app.domain.pipeline.phases import Phase
from migrations_app.domain.presets.schema import Preset as Layer
from migrations_app.domain.schemas import Schemas
from migrations_app.domain.words import OUTCOMES, PHASES
from migrations_app.models import (
    Application,
    Assessment,
    Preset,
    PresetVersion,
    Rehearsal,
    Revision,
    Run,
    Service,
)
from migrations_app.queries.actors import Actor
from migrations_app.queries.facts import gates_before
from workbench.demo.images import FOLDER
from workbench.demo.scenario import POD, WORKLOADS
from workbench.demo.screen import Screen, Text, words
from workbench.demo.work import Work, seconds

SLUG = "demo"
ENVIRONMENT = "local"
PRESETS = ("registry", "resources", "probes")
_NUMBER, _HASH = re.compile(r"\d+"), re.compile(r"[0-9a-f]{64}")


class NotPassed(WorkbenchError):
    """A rehearsal found something: the demo has not shown what it is to show."""

    code = "demo_not_passed"


@dataclass(slots=True)
class Told:
    """What the table says of one service."""

    service: Service
    fixed: int = 0
    answered: int = 0
    seconds: float = 0.0
    revision: Revision | None = None
    rehearsal: Rehearsal | None = None
    gates: int = 0


@dataclass(slots=True)
class Story:
    """One telling of it. Steps are called in the order in which they stand here."""

    screen: Screen
    work: Work
    actor: Actor
    schemas: Schemas
    told: dict[str, Told] = field(default_factory=dict)
    verdict: Message = UNSAID

    def capture(self) -> None:
        """Bring the running pods and containers in as a source, and its services to phase local."""
        with self.screen.step(msg("Capturing them over the Podman API")) as said:
            run = captures.start_capture(
                actor=self.actor,
                application=self._application(),
                host=hosts.local_host(),
                names=WORKLOADS,
            )
            self.work.wait([run], lambda _run: None)
            found = Service.objects.filter(application__slug=SLUG, name__in=WORKLOADS)
            for service in found.select_related("application").order_by("key"):
                self.told[service.key] = Told(self._from_the_start(service))
            if len(self.told) != len(WORKLOADS):
                raise Conflict(
                    msg(
                        "The capture told of %(found)s, not of %(wanted)s.",
                        found=", ".join(self.told) or msg("nothing"),
                        wanted=", ".join(WORKLOADS),
                    )
                )
            said.append(self._accounted())

    def shape(self) -> None:
        """Store the presets of the demo's folder, or see that they are there."""
        with self.screen.step(msg("Shaping manifests with presets")) as said:
            for name in PRESETS:
                version = self._preset(FOLDER / "presets" / f"{name}.yaml")
                said.append(f"{version.preset.name}@{version.number}")

    def answer(self) -> None:
        """Answer every open question as recommended."""
        with self.screen.step(msg("Answering questions as recommended")) as said:
            answers: dict[str, str] = {}
            asked = 0
            for told in self.told.values():
                questions = self._assessment(told).questions
                asked += len(questions)
                told.answered = len(questions)
                answers |= {q["id"]: q["recommended"] for q in questions if q["answer"] is None}
            if answers:
                choices.answer_for_application(
                    actor=self.actor,
                    application=self._application(),
                    answers=answers,
                    schemas=self.schemas,
                )
            before = asked - len(answers)
            said.append(msg("%(count)s answered", count=len(answers)))
            if before:
                said.append(msg("%(count)s known already", count=before))

    def fix(self) -> None:
        """Accept every fix that is offered for what would close a gate."""
        with self.screen.step(msg("Accepting the fixes that are offered")) as said:
            for told in self.told.values():
                for finding in self._fixable(told):
                    choices.accept_fix(
                        actor=self.actor,
                        service=told.service,
                        fingerprint=finding.fingerprint,
                        schemas=self.schemas,
                    )
                    self.screen.note(f"{finding.code} {words(finding.message)}")
                told.fixed = told.service.accepted_fixes.count()
            total = sum(told.fixed for told in self.told.values())
            said.append(msg("%(count)s in force", count=total))

    def revise(self) -> None:
        """Make a revision of every service, each in a run of its own."""
        with self.screen.step(msg("Making manifest revisions")) as said:
            wish = revising.Wish(ENVIRONMENT, images={}, parameters={})
            self.work.wait(
                [
                    revising.start_revision(actor=self.actor, service=told.service, wish=wish)
                    for told in self.told.values()
                ],
                self._note_revision,
            )
            said += [
                f"{key} r{told.revision.number}" for key, told in self.told.items() if told.revision
            ]

    def rehearse(self) -> None:
        """Play every revision in Podman, beside its peers, and hear the verdicts."""
        with self.screen.step(msg("Rehearsing each of them in Podman, beside its peers")):
            self.work.wait(
                [
                    rehearsing.start_rehearsal(actor=self.actor, service=told.service)
                    for told in self.told.values()
                ],
                self._note_rehearsal,
            )
        failed = [
            f"{key} {told.rehearsal.outcome}"
            for key, told in self.told.items()
            if told.rehearsal and told.rehearsal.outcome != "passed"
        ]
        if failed:
            raise NotPassed(msg("Not every rehearsal passed: %(which)s.", which=", ".join(failed)))

    def move(self) -> None:
        """Move every service to phase compatible, through its gates."""
        with self.screen.step(msg("Moving local → compatible through the gates")) as said:
            opened = 0
            for told in self.told.values():
                told.service.refresh_from_db()
                gates = gates_before(told.service, Phase.COMPATIBLE)
                told.gates = len(gates)
                if told.service.phase == Phase.LOCAL.value:
                    phases.move_service(actor=self.actor, service=told.service, to=Phase.COMPATIBLE)
                told.service.refresh_from_db()
                opened += sum(gate.open for gate in gates)
            total = sum(told.gates for told in self.told.values())
            said.append(msg("%(opened)s of %(total)s gates open", opened=opened, total=total))

    def verify(self) -> None:
        """Walk the audit trail from its first event to its last."""
        with self.screen.step(msg("Verifying the audit trail")) as said:
            heard = io.StringIO()
            try:
                call_command("verify_audit", stdout=heard)
            except CommandError as broken:
                raise NotPassed(Message(str(broken))) from None
            events, head = _NUMBER.findall(heard.getvalue())[0], _HASH.findall(heard.getvalue())[0]
            said.append(msg("%(count)s events, all hold", count=events))
            self.verdict = msg("The audit trail is whole. Head: %(head)s", head=head)

    def _application(self) -> Application:
        found = Application.objects.filter(slug=SLUG).first()
        if found is not None:
            return found
        return applications.create_application(
            actor=self.actor, slug=SLUG, name="Bridge Street Shop"
        )

    def _from_the_start(self, service: Service) -> Service:
        """A service that an earlier demo has moved goes back, so that its gates count again."""
        if service.phase == Phase.COMPATIBLE.value:
            phases.move_service(
                actor=self.actor,
                service=service,
                to=Phase.LOCAL,
                reason="The demo begins again.",
            )
            service.refresh_from_db()
        return service

    def _accounted(self) -> Message:
        outcomes: Counter[str] = Counter()
        for told in self.told.values():
            outcomes.update(row["outcome"] for row in self._assessment(told).loss)
        carried = outcomes["kept"] + outcomes["converted"]
        return msg(
            "%(fields)s fields, %(carried)s carried over, none unexplained",
            fields=outcomes.total(),
            carried=carried,
        )

    def _preset(self, path: Path) -> PresetVersion:
        text = path.read_text(encoding="utf-8")
        preset = Preset.objects.filter(name=Layer.from_text(text, path.name).name).first()
        if preset is None:
            return presets.create_preset(actor=self.actor, text=text, schemas=self.schemas)
        latest = preset.versions.select_related("preset").get(number=preset.latest)
        if latest.text == text:
            return latest
        return presets.create_version(
            actor=self.actor, preset=preset, text=text, schemas=self.schemas
        )

    def _assessment(self, told: Told) -> Assessment:
        return Assessment.objects.get(service=told.service)

    def _fixable(self, told: Told) -> list[Finding]:
        accepted = set(told.service.accepted_fixes.values_list("fingerprint", flat=True))
        found = [records.finding_from(record) for record in self._assessment(told).findings]
        return [
            finding
            for finding in found
            if not finding.mended
            and finding.fingerprint not in accepted
            and fix_for(finding) is not None
        ]

    def _note_revision(self, run: Run) -> None:
        told = self._of(run)
        told.revision = Revision.objects.get(pk=run.result_id)
        told.seconds += seconds(run)

    def _note_rehearsal(self, run: Run) -> None:
        told, rehearsal = self._of(run), Rehearsal.objects.get(run=run)
        told.rehearsal = rehearsal
        told.seconds += seconds(run)
        style = "dim" if rehearsal.outcome == "passed" else "bad"
        self.screen.note(_verdict(told.service.key, rehearsal), style)
        if reason := rehearsal.summary.get("reason"):
            if rehearsal.outcome != "passed":
                self.screen.note(records.message_from(reason), style)

    def _of(self, run: Run) -> Told:
        return next(t for t in self.told.values() if t.service.pk == run.service_id)


def _verdict(key: str, rehearsal: Rehearsal) -> Message:
    told = msg(
        "%(service)s %(outcome)s · %(proven)s proven, %(simulated)s simulated, "
        "%(unproven)s not proven",
        service=key,
        outcome=OUTCOMES[rehearsal.outcome],
        proven=len(rehearsal.proven),
        simulated=len(rehearsal.simulated),
        unproven=len(rehearsal.not_proven),
    )
    peers = peer_names(rehearsal)
    if not peers:
        return told
    return msg("%(verdict)s · beside %(peers)s", verdict=told, peers=", ".join(peers))


def peer_names(rehearsal: Rehearsal) -> list[str]:
    """The peers that were real."""
    return [str(peer["service"]) for peer in rehearsal.peers]


def rows(story: Story) -> list[list[list[str]]]:
    """The cells of the table."""
    return [_row(told) for told in story.told.values()]


def _row(told: Told) -> list[list[str]]:
    revision, rehearsal = told.revision, told.rehearsal
    if revision is None or rehearsal is None:
        return [[told.service.key], *([["-"]] * 6)]
    kinds = dict.fromkeys(str(body.get("kind")) for body in revision.objects_json)
    unmended = sum(not records.finding_from(found).mended for found in revision.findings)
    pod = msg("pod, 2 containers") if told.service.name == POD else msg("container")
    cells: list[list[Text]] = [
        [told.service.key, f"r{revision.number} {revision.digest[:7]}"],
        [pod],
        [" ".join(kinds)],
        [
            msg("%(count)s open", count=unmended),
            msg("%(count)s fixed", count=told.fixed),
            msg("%(count)s answered", count=told.answered),
        ],
        [OUTCOMES[rehearsal.outcome], msg("%(count)s proven", count=len(rehearsal.proven))],
        [PHASES[told.service.phase], msg("%(count)s gates", count=told.gates)],
        [f"{told.seconds:.1f} s"],
    ]
    return [[words(line) for line in cell] for cell in cells]
