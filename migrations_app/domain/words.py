"""The words that people read for the values of enumerations: one table, the same at every door.

Rows, addresses and the API carry the values themselves, which are never translated. Tables are
named here by what a value is, and not by its class, since rows hold plain texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrations_app.domain.messages import Message, msg, msg_for

Words = Mapping[str, Message]

PHASES: Words = {
    "local": msg("Local"),
    "compatible": msg("Compatible"),
    "staging": msg("Staging"),
    "production": msg("Production"),
}
SEVERITIES: Words = {
    "blocker": msg("Blocker"),
    "high": msg("High"),
    "medium": msg("Medium"),
    "low": msg("Low"),
}
OUTCOMES: Words = {
    "passed": msg_for("rehearsal", "Passed"),
    "failed": msg_for("rehearsal", "Failed"),
    "inconclusive": msg_for("rehearsal", "Inconclusive"),
}
RUN_KINDS: Words = {
    "capture": msg_for("run", "Capture"),
    "revision": msg_for("run", "Revision"),
    "rehearsal": msg_for("run", "Rehearsal"),
}
RUNS_AT_WORK: Words = {
    "capture": msg("Capturing"),
    "revision": msg("Making a revision"),
    "rehearsal": msg("Rehearsing"),
}
RUN_STATES: Words = {
    "queued": msg_for("run", "Queued"),
    "running": msg_for("run", "Running"),
    "succeeded": msg_for("run", "Succeeded"),
    "failed": msg_for("run", "Failed"),
    "cancelled": msg_for("run", "Cancelled"),
}
STEP_STATES: Words = {
    "waiting": msg_for("step", "Waiting"),
    "running": msg_for("step", "Running"),
    "succeeded": msg_for("step", "Done"),
    "failed": msg_for("step", "Failed"),
    "skipped": msg_for("step", "Skipped"),
}
STEPS: Words = {
    "connect": msg_for("step", "Connect"),
    "inspect": msg_for("step", "Inspect"),
    "store": msg_for("step", "Store"),
    "render": msg_for("step", "Make the manifest"),
    "prepare": msg_for("step", "Prepare"),
    "play": msg_for("step", "Play"),
    "probe": msg_for("step", "Probe"),
    "measure": msg_for("step", "Measure"),
    "clean_up": msg_for("step", "Clean up"),
}
LOSS_OUTCOMES: Words = {
    "kept": msg_for("loss", "Kept"),
    "converted": msg_for("loss", "Converted"),
    "dropped": msg_for("loss", "Dropped"),
    "question": msg_for("loss", "Question"),
}
ORIGINS: Words = {
    "built": msg_for("origin", "Built"),
    "mended": msg_for("origin", "Mended"),
    "preset": msg_for("origin", "Preset"),
    "environment": msg_for("origin", "Environment"),
    "answer": msg_for("origin", "Answer"),
    "fix": msg_for("origin", "Fix"),
    "edit": msg_for("origin", "Edit"),
    "default": msg_for("origin", "Default"),
}
SOURCE_KINDS: Words = {
    "kubernetes": msg("Kubernetes YAML"),
    "inspect": msg("Podman inspection"),
    "compose": msg("Compose file"),
    "quadlet": msg("Quadlet unit"),
    "systemd": msg("systemd unit"),
    "run-lines": msg("podman run lines"),
    "containerfile": msg("Containerfile"),
    "env-file": msg("Environment file"),
    "other": msg("Other file"),
    "capture": msg("Capture"),
    "upload": msg("Upload"),
}
NEXT_STEPS: Words = {
    "wait": msg("Wait for the run"),
    "upload": msg("Upload the source again"),
    "answer": msg("Answer the questions"),
    "fix": msg("Fix the findings"),
    "make_revision": msg("Make a revision"),
    "rehearse": msg("Rehearse"),
    "move": msg("Move on"),
    "deploy": msg("Deploy"),
}
DIFF_STATES: Words = {
    "added": msg_for("difference", "Added"),
    "removed": msg_for("difference", "Removed"),
    "changed": msg_for("difference", "Changed"),
}
ROLES: Words = {
    "viewer": msg("Viewer"),
    "operator": msg("Operator"),
    "approver": msg("Approver"),
    "auditor": msg("Auditor"),
    "administrator": msg("Administrator"),
}
ROLE_MEANINGS: Words = {
    "viewer": msg("Reads everything but secrets."),
    "operator": msg(
        "Uploads, captures, shapes, answers, accepts fixes, rehearses, moves phases and deploys "
        "to staging."
    ),
    "approver": msg("Approves, but never what they submitted themselves."),
    "auditor": msg("Reads the audit trail and the evidence."),
    "administrator": msg(
        "Manages hosts, clusters, users and the organisation's presets. Approves nothing."
    ),
}
GATES: Words = {
    "source": msg_for("gate", "Source stored"),
    "readable": msg_for("gate", "Source readable"),
    "revision": msg_for("gate", "Current revision"),
    "schema": msg_for("gate", "Schema"),
    "names_and_references": msg_for("gate", "Names and references"),
    "storage": msg_for("gate", "Storage"),
    "images": msg_for("gate", "Images"),
    "resources": msg_for("gate", "Resources"),
    "probes": msg_for("gate", "Probes"),
    "configuration": msg_for("gate", "Configuration"),
    "security": msg_for("gate", "Security"),
    "findings": msg_for("gate", "Other findings"),
    "rehearsal": msg_for("gate", "Rehearsal"),
    "accepted": msg_for("gate", "Accepted by a cluster"),
    "ready": msg_for("gate", "Ready on a cluster"),
    "staging": msg_for("gate", "Running in staging"),
    "approval": msg_for("gate", "Approval"),
    "manifest": msg_for("gate", "Manifest"),
}
SCOPES: Words = {
    "read": msg_for("scope", "Read"),
    "write": msg_for("scope", "Write"),
    "deploy": msg_for("scope", "Deploy"),
    "admin": msg_for("scope", "Administer"),
}
PROBES: Words = {
    "startup": msg_for("probe", "start-up"),
    "readiness": msg_for("probe", "readiness"),
    "liveness": msg_for("probe", "liveness"),
}
PEERS: Words = {
    "real": msg("With its real peers"),
    "none": msg("Alone"),
}
EVENTS: Words = {
    "login:succeeded": msg_for("event", "Logged in"),
    "login:failed": msg_for("event", "Login failed"),
    "login:locked": msg_for("event", "Login locked"),
    "login:ended": msg_for("event", "Logged out"),
    "access:refused": msg_for("event", "Access refused"),
    "user:created": msg_for("event", "User created"),
    "user:changed": msg_for("event", "User changed"),
    "user:deactivated": msg_for("event", "User deactivated"),
    "user:password_changed": msg_for("event", "Password changed"),
    "membership:granted": msg_for("event", "Role granted"),
    "membership:revoked": msg_for("event", "Role revoked"),
    "token:created": msg_for("event", "Token created"),
    "token:first_used": msg_for("event", "Token used for the first time"),
    "token:revoked": msg_for("event", "Token revoked"),
    "application:created": msg_for("event", "Application created"),
    "application:changed": msg_for("event", "Application changed"),
    "application:archived": msg_for("event", "Application archived"),
    "environment:changed": msg_for("event", "Environment changed"),
    "host:added": msg_for("event", "Host added"),
    "host:changed": msg_for("event", "Host changed"),
    "host:tested": msg_for("event", "Host tested"),
    "source:stored": msg_for("event", "Source stored"),
    "source:refused": msg_for("event", "Source refused"),
    "source:purged": msg_for("event", "Source purged"),
    "service:created": msg_for("event", "Service created"),
    "service:updated": msg_for("event", "Service updated by a source"),
    "service:changed": msg_for("event", "Service changed"),
    "service:archived": msg_for("event", "Service archived"),
    "service:moved": msg_for("event", "Service moved"),
    "answer:given": msg_for("event", "Answer given"),
    "answer:withdrawn": msg_for("event", "Answer taken back"),
    "fix:accepted": msg_for("event", "Fix accepted"),
    "fix:withdrawn": msg_for("event", "Fix taken back"),
    "waiver:granted": msg_for("event", "Waiver granted"),
    "waiver:revoked": msg_for("event", "Waiver revoked"),
    "edit:saved": msg_for("event", "Manifest edited"),
    "edit:settled": msg_for("event", "Edit settled"),
    "edit:removed": msg_for("event", "Edit removed"),
    "preset:created": msg_for("event", "Preset created"),
    "preset:version_created": msg_for("event", "Preset version created"),
    "preset:pinned": msg_for("event", "Preset versions pinned"),
    "revision:created": msg_for("event", "Revision made"),
    "revision:submitted": msg_for("event", "Revision submitted again"),
    "test_report:posted": msg_for("event", "Test report posted"),
    "run:started": msg_for("event", "Run started"),
    "run:ended": msg_for("event", "Run ended"),
    "run:cancelled": msg_for("event", "Run cancelled"),
    "run:retried": msg_for("event", "Run tried again"),
    "capture:started": msg_for("event", "Capture started"),
    "capture:ended": msg_for("event", "Capture ended"),
    "rehearsal:started": msg_for("event", "Rehearsal started"),
    "rehearsal:ended": msg_for("event", "Rehearsal ended"),
    "audit:verified": msg_for("event", "Audit trail verified"),
    "keys:rotated": msg_for("event", "Encryption keys rotated"),
}

EVENT_DETAILS: Words = {
    "account": msg_for("detail", "account"),
    "allow_rehearsal": msg_for("detail", "rehearsals allowed"),
    "answers": msg_for("detail", "answers"),
    "attempt": msg_for("detail", "attempt"),
    "base_digest": msg_for("detail", "base digest"),
    "change": msg_for("detail", "change"),
    "change_author": msg_for("detail", "author of the change"),
    "changed": msg_for("detail", "changed"),
    "closed": msg_for("detail", "closed gates"),
    "code": msg_for("detail", "code"),
    "digest": msg_for("detail", "digest"),
    "environment": msg_for("detail", "environment"),
    "error": msg_for("detail", "error"),
    "failures": msg_for("detail", "failures"),
    "files": msg_for("detail", "files"),
    "from": msg_for("detail", "from"),
    "host": msg_for("detail", "host"),
    "kind": msg_for("detail", "kind"),
    "move": msg_for("detail", "move"),
    "name": msg_for("detail", "name"),
    "names": msg_for("detail", "names"),
    "number": msg_for("detail", "number"),
    "of": msg_for("detail", "of"),
    "outcome": msg_for("detail", "outcome"),
    "owner": msg_for("detail", "owner"),
    "peers": msg_for("detail", "peers"),
    "place": msg_for("detail", "place"),
    "podman": msg_for("detail", "Podman"),
    "preset": msg_for("detail", "preset"),
    "questions": msg_for("detail", "questions"),
    "reason": msg_for("detail", "reason"),
    "rehearsal": msg_for("detail", "rehearsal"),
    "revision": msg_for("detail", "revision"),
    "role": msg_for("detail", "role"),
    "run": msg_for("detail", "run"),
    "services": msg_for("detail", "services"),
    "source": msg_for("detail", "source"),
    "state": msg_for("detail", "state"),
    "to": msg_for("detail", "to"),
    "user": msg_for("detail", "user"),
    "values": msg_for("detail", "values"),
    "version": msg_for("detail", "version"),
    "way": msg_for("detail", "way"),
}
"""What the parameters of an event are called; a parameter without a word here shows its key."""
ACTORS: Words = {
    "user": msg_for("actor", "person"),
    "token": msg_for("actor", "token"),
    "system": msg_for("actor", "system"),
}
JSON_TYPES: Words = {
    "string": msg("text"),
    "integer": msg("a whole number"),
    "number": msg("a number"),
    "boolean": msg("true or false"),
    "object": msg("a mapping"),
    "array": msg("a list"),
}
"""What a value must be, within a sentence."""

FORMATS: Words = {
    "yaml": msg("Kubernetes YAML"),
    "kustomize": msg("Kustomize base and overlay"),
    "helm": msg("Helm chart"),
    "podman": msg("For podman kube play"),
    "quadlet": msg("Quadlet units for an edge host"),
    "compose": msg("Compose file"),
    "zip": msg("Everything in one archive"),
}
TABLES: Mapping[str, Words] = {
    "phase": PHASES,
    "severity": SEVERITIES,
    "outcome": OUTCOMES,
    "run_kind": RUN_KINDS,
    "run_at_work": RUNS_AT_WORK,
    "run_state": RUN_STATES,
    "step": STEPS,
    "step_state": STEP_STATES,
    "loss": LOSS_OUTCOMES,
    "origin": ORIGINS,
    "source": SOURCE_KINDS,
    "next_step": NEXT_STEPS,
    "diff": DIFF_STATES,
    "role": ROLES,
    "role_meaning": ROLE_MEANINGS,
    "gate": GATES,
    "scope": SCOPES,
    "probe": PROBES,
    "peers": PEERS,
    "event": EVENTS,
    "actor": ACTORS,
    "event_detail": EVENT_DETAILS,
    "format": FORMATS,
}


def word(table: str, value: Any) -> Message:
    """The word for a value; a value that a table does not know (of a later version) is shown."""
    return TABLES[table].get(str(value)) or Message(str(value))
