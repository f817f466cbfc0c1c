"""One compose service as a container: what runs, as whom, and within which bounds."""

from __future__ import annotations

import posixpath

from migrations_app.domain.findings import Severity
from migrations_app.domain.loss import Outcome
from migrations_app.domain.messages import msg
from migrations_app.domain.reading.compose.contents import read_secrets
from migrations_app.domain.reading.compose.fields import Fields
from migrations_app.domain.reading.compose.limits import read_resources
from migrations_app.domain.reading.compose.mounts import read_mounts
from migrations_app.domain.reading.compose.nodes import Node, scalar_text
from migrations_app.domain.reading.compose.ports import read_ports
from migrations_app.domain.reading.compose.process import read_environment, read_process
from migrations_app.domain.reading.compose.references import is_relative, is_remote
from migrations_app.domain.reading.compose.security import read_security
from migrations_app.domain.reading.compose.site import Site
from migrations_app.domain.spec import ContainerSpec, HealthCheck, ImageBuild, RestartPolicy

_POLICIES = {
    "none": RestartPolicy.NO,
    "on-failure": RestartPolicy.ON_FAILURE,
    "any": RestartPolicy.ALWAYS,
}
_DEFAULT_GRACE = 10
_LOCAL_LOGS = frozenset({"", "json-file", "local", "journald", "k8s-file", "passthrough"})


def read_container(name: str, node: Node, site: Site) -> ContainerSpec:
    """The container of one service."""
    fields = Fields(node, site.account)
    fields.values["name"] = name
    fields.places["name"] = node.place
    _image(name, fields)
    read_process(fields)
    read_environment(fields, site)
    fields.take_pairs("labels", "labels")
    _label_files(fields, site)
    fields.take_pairs("annotations", "annotations")
    _life(fields)
    _kernel(fields)
    return ContainerSpec(
        **fields.values,
        build=_build(fields, site),
        health=_health(fields),
        ports=read_ports(fields),
        mounts=read_mounts(name, fields, site),
        secrets=read_secrets(fields, site),
        resources=read_resources(fields),
        security=read_security(fields),
        places=fields.places,
    )


def _image(name: str, fields: Fields) -> None:
    """The image, by name; one that is built has none yet."""
    image, build = fields.has("image"), fields.has("build")
    text = fields.text("image").strip()
    if image is not None and text:
        fields.set("image", text, image)
        if build is not None:
            fields.account.settle(
                build,
                Outcome.CONVERTED,
                msg(
                    "A cluster runs images that are built before; build it under the image's name."
                ),
            )
        return
    fields.values |= {"image": "", "image_unnamed": True}
    if build is not None:
        fields.places["image"] = fields.account.take(build)
        if image is not None:
            fields.account.drop(image, msg("The image has no name."))
    elif image is not None:
        fields.places["image"] = fields.account.take(image)
    if build is None:
        fields.account.find(
            "CAP-07",
            Severity.HIGH,
            image or fields.node,
            msg("Service %(name)s has neither an image nor a build.", name=name),
            msg("Compose does not start it; the file is a fragment, or a variable is not set."),
            msg("Give the file it lies on top of as well, or answer the question."),
            subject=name,
        )


def _build(fields: Fields, site: Site) -> ImageBuild | None:
    """The Containerfile that the image is built of, where it is a file of the project."""
    build = fields.has("build")
    if build is None or not build.is_mapping:
        return None
    inner = fields.inner(build)
    context, name = inner.text("context") or ".", inner.text("dockerfile")
    if is_remote(context) or not is_relative(context) or not name:
        return None
    file = site.shelf.name_of(posixpath.join(context, name))
    other = file.removesuffix("Dockerfile") + "Containerfile" if name == "Dockerfile" else file
    return ImageBuild(tuple(dict.fromkeys((file, other))), inner.text("target"))


def _health(fields: Fields) -> HealthCheck | None:
    check = fields.has("healthcheck")
    if check is None or not check.is_mapping:
        if check is not None:
            fields.account.trouble(check, msg("A health check is a mapping."))
        return None
    inner = fields.inner(check)
    test = tuple(scalar_text(item.value) for item in inner.items("test"))
    disabled = inner.has("disable")
    if disabled is not None and inner.flag(disabled):
        test = ("NONE",)
    if test and test[0] not in ("CMD", "CMD-SHELL", "NONE"):
        fields.account.trouble(
            check.fields["test"], msg("A test begins with CMD, CMD-SHELL or NONE.")
        )
        return None
    if not test:
        fields.account.drop(
            check, msg("Times of a test that only the image knows; set the probe in a preset.")
        )
        return None
    inner.drop(
        msg("A start-up probe has one pace, made of the start period."),
        "start_interval",
    )
    return HealthCheck(
        test=test,
        interval=inner.seconds("interval"),
        timeout=inner.seconds("timeout"),
        retries=inner.integer("retries"),
        start_period=inner.seconds("start_period"),
        places={"": fields.account.take(check)},
    )


def _label_files(fields: Fields, site: Site) -> None:
    """Labels from files, below those that stand in the service."""
    labels: dict[str, str] = dict(fields.values.get("labels", {}))
    for node in fields.items("label_file"):
        path = scalar_text(node.value)
        fields.account.settle(
            node, Outcome.CONVERTED, msg("The labels of the file are set one by one.")
        )
        found = site.shelf.variables(path, node, lambda _name: None, required=True)
        for key, variable in (found or {}).items():
            if key not in labels:
                labels[key] = variable.value
                place = site.shelf.place_of(path, key, variable.line)
                fields.places[f"labels/{key}"] = place
    if labels:
        fields.values["labels"] = labels


def _life(fields: Fields) -> None:
    """When it is started again, and how it is stopped."""
    _restart(fields)
    grace = fields.seconds("stop_grace_period")
    node = fields.has("stop_grace_period")
    if grace is not None and node is not None:
        if grace == _DEFAULT_GRACE:
            fields.account.keep(node, msg("The same as without it."))
        else:
            fields.set("stop_timeout", grace, node)
    fields.take_text("stop_signal", "stop_signal")
    fields.take_flag("tty", "tty")
    fields.take_flag("stdin", "stdin_open")
    fields.take_flag("init_process", "init")
    fields.take_text("platform", "platform")
    fields.take_text("pull_policy", "pull_policy")
    _logging(fields)


def _logging(fields: Fields) -> None:
    """Where logs go: to files of the host, which a cluster does by itself, or elsewhere."""
    logging = fields.has("logging")
    if logging is not None and fields.text("logging", "driver") in _LOCAL_LOGS:
        reason = msg("A cluster collects what containers write to standard output.")
        fields.account.settle(logging, Outcome.CONVERTED, reason)
    else:
        fields.take_text("log_driver", "logging", "driver")


def _restart(fields: Fields) -> None:
    policy = fields.has("deploy", "restart_policy", "condition")
    retries = fields.has("deploy", "restart_policy", "max_attempts")
    if policy is not None:
        fields.drop(msg("The policy of deploy counts instead."), "restart")
        chosen = _POLICIES.get(scalar_text(policy.value))
        if chosen is None:
            fields.account.trouble(policy, msg("A condition is none, on-failure or any."))
            return
        fields.set("restart", chosen, policy)
        number = fields.integer("deploy", "restart_policy", "max_attempts")
        if retries is not None and number is not None:
            fields.set("restart_retries", number, retries)
        return
    mode = fields.has("deploy", "mode")
    if mode is not None and scalar_text(mode.value).endswith("-job"):
        fields.drop(msg("A job is not started again."), "restart")
        fields.set("restart", RestartPolicy.NO, mode)
        return
    node = fields.has("restart")
    if node is None:
        return
    value = "no" if node.value is False else scalar_text(node.value)
    name, _colon, number_text = value.partition(":")
    if name not in set(RestartPolicy) or not name:
        fields.account.trouble(node, msg("A policy is no, always, on-failure or unless-stopped."))
        return
    fields.set("restart", RestartPolicy(name), node)
    if number_text.isdigit():
        fields.set("restart_retries", int(number_text), node)


def _kernel(fields: Fields) -> None:
    fields.take_number("shm_size", fields.size, "shm_size")
    fields.take_pairs("sysctls", "sysctls")
    _ulimits(fields)
    _devices(fields)
    _gpus(fields)


def _ulimits(fields: Fields) -> None:
    found: list[str] = []
    for name, node in fields.entries("ulimits"):
        if node.is_mapping:
            inner = fields.inner(node)
            soft, hard = inner.integer("soft"), inner.integer("hard")
            text = (
                f"{name}={soft if soft is not None else hard}:{hard if hard is not None else soft}"
            )
        else:
            text = f"{name}={scalar_text(node.value)}"
        found.append(text)
        fields.places[f"ulimits/{text}"] = fields.account.take(node)
    if found:
        fields.values["ulimits"] = tuple(found)


def _devices(fields: Fields) -> None:
    found: list[str] = []
    for node in fields.mappings("devices"):
        inner = fields.inner(node)
        source, target = inner.text("source"), inner.text("target")
        permissions = inner.text("permissions")
        parts = [source, target or source]
        text = ":".join([*parts, permissions] if permissions not in ("", "rwm") else parts)
        text = source if text == f"{source}:{source}" else text
        if source:
            found.append(text)
            fields.places[f"devices/{text}"] = fields.account.take(node)
    if found:
        fields.values["devices"] = tuple(found)


def _gpus(fields: Fields) -> None:
    """How many GPUs: of ``gpus``, or of the devices that ``deploy`` reserves."""
    node = fields.has("gpus")
    keys = ("deploy", "resources", "reservations", "devices")
    wanted = node.items if node is not None and node.is_list else list(fields.mappings(*keys))
    if node is not None and not node.is_list:
        fields.set("gpus", scalar_text(node.value), node)
        return
    for request in wanted:
        capabilities = request.get("capabilities")
        kinds = [scalar_text(item.value) for item in capabilities.items] if capabilities else []
        if "gpu" not in kinds and node is None:
            continue
        count, ids = request.get("count"), request.get("device_ids")
        number = str(len(ids.items)) if ids is not None else "all"
        fields.set("gpus", scalar_text(count.value) if count is not None else number, request)
        return
