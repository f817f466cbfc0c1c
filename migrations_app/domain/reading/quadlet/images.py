"""The commands that the generator writes for units that pull or build an image."""

from __future__ import annotations

import re

from migrations_app.domain.messages import msg
from migrations_app.domain.reading.quadlet.command import Command
from migrations_app.domain.reading.quadlet.site import Site, resource_name
from migrations_app.domain.reading.quadlet.unit import Argument, QuadletUnit

NAMES = {"DNS": "--dns", "DNSOption": "--dns-option", "DNSSearch": "--dns-search"}
_URL = re.compile(r"^((https?)|(git)://)|(github\.com/).+$")
_PULLING = {
    "AuthFile": "--authfile",
    "CertDir": "--cert-dir",
    "Creds": "--creds",
    "DecryptionKey": "--decryption-key",
    "Retry": "--retry",
    "RetryDelay": "--retry-delay",
}


def image_command(unit: QuadletUnit, site: Site) -> Command:
    """``podman image pull``."""
    command = Command(unit, site)
    command.base()
    command.own("image", "pull")
    names = {"Arch": "--arch", "OS": "--os", "Policy": "--policy", "Variant": "--variant"}
    command.texts({**names, **_PULLING})
    command.flags({"AllTags": "--all-tags", "TLSVerify": "--tls-verify"})
    command.podman_args()
    image = unit.filled("Image")
    if image is None:
        command.refuse(msg("The unit names no Image."))
    else:
        command.words.append(image)
    return command


def artifact_command(unit: QuadletUnit, site: Site) -> Command:
    """``podman artifact pull``."""
    command = Command(unit, site)
    command.base()
    command.own("artifact", "pull")
    command.texts(_PULLING)
    command.flags({"Quiet": "--quiet", "TLSVerify": "--tls-verify"})
    command.podman_args()
    artifact = unit.filled("Artifact")
    if artifact is None:
        command.refuse(msg("The unit names no Artifact."))
    else:
        command.words.append(artifact)
    return command


def build_command(unit: QuadletUnit, site: Site) -> Command:
    """``podman build``."""
    command = Command(unit, site)
    if not resource_name(unit):
        command.refuse(msg("The unit names no ImageTag."))
    command.base()
    command.own("build")
    if (pull := unit.filled("Pull")) is not None:
        command.joined("--pull", pull)
    command.texts(
        {
            "Arch": "--arch",
            "AuthFile": "--authfile",
            "IgnoreFile": "--ignorefile",
            "Target": "--target",
            "Variant": "--variant",
            "Retry": "--retry",
            "RetryDelay": "--retry-delay",
        }
    )
    command.flags({"TLSVerify": "--tls-verify", "ForceRM": "--force-rm"})
    command.lists({**NAMES, "GroupAdd": "--group-add", "ImageTag": "--tag"})
    command.pairs(
        {
            "BuildArg": "--build-arg",
            "Environment": "--env",
            "Label": "--label",
            "Annotation": "--annotation",
        }
    )
    command.networks()
    for secret in unit.arguments("Secret"):
        command.add("--secret", secret)
    command.volumes()
    _build_context(command)
    return command


def _build_context(command: Command) -> None:
    """The Containerfile, and the folder that is built: always the last word."""
    unit, site = command.unit, command.site
    file = unit.text("File")
    path = file.text if file is not None else ""
    context, folder = _working_directory(command, path)
    if not folder and not path and not context:
        command.refuse(msg("The unit names neither SetWorkingDirectory nor File."))
    if file is not None and path:
        command.add("--file", file)
    command.podman_args()
    if context:
        command.words.append(Argument(context, unit.place_of("SetWorkingDirectory")))
    elif site.is_relative(path) and not _URL.search(path):
        if not folder:
            command.refuse(msg("A relative File needs SetWorkingDirectory."))
            return
        command.words.append(Argument(folder, unit.place_of("SetWorkingDirectory")))


def _working_directory(command: Command, file: str) -> tuple[str, str]:
    """The context that is given outright, and the folder that the service works in."""
    unit, site = command.unit, command.site
    chosen = unit.text("WorkingDirectory", "Service")
    standing = chosen.text if chosen is not None else ""
    wanted = unit.filled("SetWorkingDirectory")
    if wanted is None:
        return "", standing
    word = wanted.text.lower()
    if word == "yaml" or (word == "file" and not file):
        command.refuse(
            msg("SetWorkingDirectory=%(word)s does not go with this unit.", word=wanted.text),
            wanted.place,
        )
        return "", standing
    if word in ("file", "unit"):
        context, beside = "", file if word == "file" else unit.name
    else:
        context = wanted.text
        beside = "" if context.startswith("/") else unit.name
    if not beside or _URL.search(context):
        return context, standing
    if standing:
        return "", standing
    return context, site.folder_of(unit, beside)
