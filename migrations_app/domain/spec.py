"""The typed, engine-neutral form that Podman-like input is read into.

Readers (inspect, compose, Quadlet, ``podman run`` lines) fill it in Podman's terms;
``manifests.build`` makes Kubernetes objects from it. Kubernetes input never comes this way. Sizes
are bytes, times seconds.

Every class has ``places``: attribute name → where it was set, so that each field of a built object
knows its source line. For a keyed attribute the key follows a slash: ``environment/LOG_LEVEL``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from migrations_app.domain.places import Place

Places = Mapping[str, Place]


class RestartPolicy(StrEnum):
    """Podman's own words; UNSET means nobody chose."""

    UNSET = ""
    NO = "no"
    ALWAYS = "always"
    ON_FAILURE = "on-failure"
    UNLESS_STOPPED = "unless-stopped"


class MountKind(StrEnum):
    BIND = "bind"
    VOLUME = "volume"
    ANONYMOUS = "anonymous"
    TMPFS = "tmpfs"
    SECRET = "secret"  # noqa: S105 - a kind of mount
    IMAGE = "image"
    DEVPTS = "devpts"
    CONFIG = "config"


@dataclass(frozen=True, slots=True)
class Mount:
    """One file system in a container.

    ``source`` is the host path, the volume name, the name of a secret or configuration, or the
    image. ``content`` holds the text of a small bind-mounted file where the capture could read it,
    or of a configuration that the source carries. ``size`` is bytes in use (volumes) or the limit
    (tmpfs). ``sub_path`` is the part of a volume that is mounted. ``entries`` are the files of a
    small folder, by their names, where a source carries those.
    """

    kind: MountKind
    target: str
    source: str = ""
    read_only: bool = False
    options: tuple[str, ...] = ()
    content: str | None = None
    is_directory: bool | None = None
    size: int | None = None
    mode: int | None = None
    sub_path: str = ""
    entries: Mapping[str, str] = field(default_factory=dict)
    places: Places = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Port:
    """One port of a container; ``host_port`` None: exposed to peers but not published."""

    container_port: int
    protocol: str = "tcp"
    host_port: int | None = None
    host_ip: str = ""
    name: str = ""
    places: Places = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """A Podman health check: ``test`` as in an image (``CMD …``, ``CMD-SHELL …``, ``NONE``)."""

    test: tuple[str, ...]
    interval: float | None = None
    timeout: float | None = None
    retries: int | None = None
    start_period: float | None = None
    places: Places = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SecretUse:
    """A Podman secret in a container: as a file at ``target`` or as the variable ``target``.

    ``value`` is present only when a source itself carries it.
    """

    name: str
    as_env: bool
    target: str
    mode: int | None = None
    uid: int | None = None
    gid: int | None = None
    value: str | None = None
    places: Places = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resources:
    """CPUs as a decimal text (``"0.5"``), memory in bytes.

    ``extended`` are counted resources of a device plugin, such as ``nvidia.com/gpu``.
    """

    cpu_limit: str | None = None
    cpu_request: str | None = None
    memory_limit: int | None = None
    memory_request: int | None = None
    pids_limit: int | None = None
    extended: Mapping[str, str] = field(default_factory=dict)
    places: Places = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Security:
    """What differs from Podman's defaults. ``user`` is as written: ``1001:0``, ``app``.

    ``userns`` is the mode of the user namespace as written. ``unmask`` and ``mask`` are paths that
    the runtime hides, or does not. ``used_caps`` are the capabilities it had in the end, where
    known: a cluster's runtime gives fewer by itself.
    """

    user: str = ""
    groups: tuple[str, ...] = ()
    privileged: bool = False
    cap_add: tuple[str, ...] = ()
    cap_drop: tuple[str, ...] = ()
    no_new_privileges: bool = False
    read_only_root: bool = False
    seccomp: str = ""
    apparmor: str = ""
    selinux: Mapping[str, str] = field(default_factory=dict)
    userns: str = ""
    unmask: tuple[str, ...] = ()
    mask: tuple[str, ...] = ()
    used_caps: tuple[str, ...] = ()
    places: Places = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImageBuild:
    """What an image is built of: ``files`` are the names that its Containerfile may have."""

    files: tuple[str, ...] = ()
    target: str = ""


@dataclass(frozen=True, slots=True)
class ContainerSpec:
    """One container.

    ``command`` replaces the image's entry point, ``args`` its command (None: the image decides).
    ``environment`` is what was set beyond the image's own; ``secret_variables`` are those of it
    that a secret was put into, whatever they are called themselves. ``image_id`` is the local ID
    it ran with, ``image_digest`` the repository digest. ``exit_code`` is set when it has ended.
    ``init`` containers run before the others, to their end. ``init_process``: Podman puts an init
    program before the container's own. ``pull_policy`` and ``platform`` (``linux/arm64``) are as
    written. ``deadline``: seconds after which it is ended. ``log_driver`` as written. ``gpus``: how
    many, or ``all``. ``build`` is what its image is built of, if it is. ``unmapped`` are options
    that no field above takes, each with its words.
    """

    name: str
    image: str
    image_id: str = ""
    image_digest: str = ""
    image_unnamed: bool = False
    init: bool = False
    command: tuple[str, ...] | None = None
    args: tuple[str, ...] | None = None
    working_dir: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    secret_variables: frozenset[str] = frozenset()
    secrets: tuple[SecretUse, ...] = ()
    ports: tuple[Port, ...] = ()
    mounts: tuple[Mount, ...] = ()
    health: HealthCheck | None = None
    startup_health: HealthCheck | None = None
    resources: Resources = Resources()
    security: Security = Security()
    restart: RestartPolicy = RestartPolicy.UNSET
    restart_retries: int | None = None
    exit_code: int | None = None
    stop_timeout: float | None = None
    stop_signal: str = ""
    tty: bool = False
    stdin: bool = False
    shm_size: int | None = None
    sysctls: Mapping[str, str] = field(default_factory=dict)
    ulimits: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    pull_policy: str = ""
    platform: str = ""
    init_process: bool = False
    deadline: float | None = None
    log_driver: str = ""
    gpus: str = ""
    build: ImageBuild | None = None
    unmapped: Mapping[str, str] = field(default_factory=dict)
    places: Places = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VolumeSpec:
    """A named volume; ``size`` in bytes in use where known.

    ``external``: it is made elsewhere; a claim of its name is expected to be there.
    """

    name: str
    driver: str = "local"
    options: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    size: int | None = None
    external: bool = False
    places: Places = field(default_factory=dict)


class Condition(StrEnum):
    """When a service that another waits for is there."""

    STARTED = "started"
    HEALTHY = "healthy"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class Dependency:
    """Another service, by its name, that must be there first."""

    service: str
    condition: Condition = Condition.STARTED
    required: bool = True
    places: Places = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rollout:
    """How instances are replaced: so many at once (0: all), the new one first or the old one."""

    parallelism: int | None = None
    delay: float | None = None
    start_first: bool | None = None
    places: Places = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """One service: a pod, or one container outside a pod.

    ``aliases`` are the DNS names its peers use. ``identity`` is what survives a rename (a systemd
    unit, a compose project and service), empty if there is none. ``file`` is the member file.
    ``every_node``: one instance on each node. ``schedule`` is a cron line of five fields for what
    runs again and again. ``live`` is the member file with the inspection that a declared service
    was compared with. ``node_labels`` are what its nodes must be labelled with.
    """

    name: str
    containers: tuple[ContainerSpec, ...]
    volumes: tuple[VolumeSpec, ...] = ()
    networks: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    hostname: str = ""
    extra_hosts: Mapping[str, str] = field(default_factory=dict)
    dns_servers: tuple[str, ...] = ()
    dns_search: tuple[str, ...] = ()
    dns_options: tuple[str, ...] = ()
    host_network: bool = False
    host_pid: bool = False
    host_ipc: bool = False
    share_process_namespace: bool = False
    replicas: int | None = None
    every_node: bool = False
    schedule: str = ""
    rollout: Rollout | None = None
    depends_on: tuple[Dependency, ...] = ()
    node_labels: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    identity: str = ""
    live: str = ""
    is_pod: bool = False
    file: str = ""
    places: Places = field(default_factory=dict)
