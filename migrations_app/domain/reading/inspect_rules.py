"""Why fields of an inspection stay behind, as data: one rule for a path and all below it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.messages import Message, msg
from migrations_app.domain.reading.inspections import InspectionKind


@dataclass(frozen=True, slots=True)
class Rule:
    """Why the fields at and below a path are left behind; ``defaults`` count as not set."""

    reason: Message
    defaults: tuple[Any, ...] = ()


RUNTIME = msg("Runtime state of this host, not configuration.")
IDENTITY = msg("Names this one object on this host; a cluster gives its own.")
REPEATS = msg("Repeats what other fields say.")
HOST = msg("Follows from how Podman is set up on this host; a node has its own setting.")
LOGS = msg("A cluster collects what containers write to standard output.")
TUNING = msg("A pod specification cannot set this; it belongs to the node's configuration.")
COMMAND = msg("The command that created it; the fields it set are listed one by one.")
IMAGE = msg("Describes the image, which the manifest refers to by name.")
IMAGE_SAYS = msg("The image's own setting; a cluster reads it from the image.")
NETWORK = msg(
    "Podman's network; all pods of a cluster share one, and only policies keep them apart: "
    "the preset section network makes them of it."
)
NO_PART = msg("There is no such setting in a pod specification.")

_CONTAINER: Mapping[str, Rule] = {
    "Id": Rule(IDENTITY),
    "ID": Rule(IDENTITY),
    "Created": Rule(RUNTIME),
    "Path": Rule(REPEATS),
    "Args": Rule(REPEATS),
    "State": Rule(RUNTIME),
    "ImageDigest": Rule(REPEATS),
    "Rootfs": Rule(msg("The container runs from a folder of the host; build an image from it.")),
    "Pod": Rule(IDENTITY),
    "ResolvConfPath": Rule(RUNTIME),
    "HostnamePath": Rule(RUNTIME),
    "HostsPath": Rule(RUNTIME),
    "StaticDir": Rule(RUNTIME),
    "OCIConfigPath": Rule(RUNTIME),
    "OCIRuntime": Rule(HOST),
    "ConmonPidFile": Rule(RUNTIME),
    "PidFile": Rule(RUNTIME),
    "LogPath": Rule(RUNTIME),
    "LogTag": Rule(LOGS),
    "RestartCount": Rule(RUNTIME),
    "Driver": Rule(HOST),
    "Platform": Rule(HOST, ("linux",)),
    "MountLabel": Rule(RUNTIME),
    "ProcessLabel": Rule(RUNTIME),
    "AppArmorProfile": Rule(HOST),
    "EffectiveCaps": Rule(REPEATS),
    "BoundingCaps": Rule(REPEATS),
    "ExecIDs": Rule(RUNTIME),
    "GraphDriver": Rule(RUNTIME),
    "SizeRw": Rule(RUNTIME),
    "SizeRootFs": Rule(RUNTIME),
    "Dependencies": Rule(RUNTIME),
    "NetworkSettings": Rule(RUNTIME),
    "ExitCommand": Rule(RUNTIME),
    "Namespace": Rule(HOST),
    "IsInfra": Rule(RUNTIME),
    "IsService": Rule(RUNTIME),
    "KubeExitCodePropagation": Rule(RUNTIME, ("invalid",)),
    "lockNumber": Rule(RUNTIME),
    "UseImageHosts": Rule(msg("A pod's hosts file is written by the cluster.")),
    "UseImageHostname": Rule(msg("A pod's host name is set by the cluster.")),
    "Config/Hostname": Rule(msg("Podman's own choice; a pod is called by its own name.")),
    "Config/Domainname": Rule(NO_PART),
    "Config/User": Rule(REPEATS),
    "Config/AttachStdin": Rule(RUNTIME),
    "Config/AttachStdout": Rule(RUNTIME),
    "Config/AttachStderr": Rule(RUNTIME),
    "Config/StdinOnce": Rule(RUNTIME),
    "Config/Image": Rule(REPEATS),
    "Config/Volumes": Rule(REPEATS),
    "Config/OnBuild": Rule(IMAGE),
    "Config/Annotations": Rule(msg("Podman's notes to itself; it refuses to meet them again.")),
    "Config/StopSignal": Rule(REPEATS, ("SIGTERM", 15)),
    "Config/HealthcheckOnFailureAction": Rule(
        msg("A failed liveness probe restarts the container; there is no other action."),
        ("none",),
    ),
    "Config/HealthLogDestination": Rule(LOGS, ("local",)),
    "Config/HealthcheckMaxLogCount": Rule(LOGS, (5,)),
    "Config/HealthcheckMaxLogSize": Rule(LOGS, (500,)),
    "Config/CreateCommand": Rule(COMMAND),
    "Config/SystemdMode": Rule(
        msg("Podman prepares the container for systemd; a cluster does not. Run one process.")
    ),
    "Config/Umask": Rule(NO_PART, ("0022",)),
    "Config/Timeout": Rule(
        msg("Podman ends the container after this time; use a Job with a deadline.")
    ),
    "Config/StopTimeout": Rule(REPEATS, (10,)),
    "Config/Passwd": Rule(msg("A cluster leaves the image's own user list as it is."), (True,)),
    "Config/ChrootDirs": Rule(NO_PART),
    "Config/sdNotifyMode": Rule(
        msg("A cluster asks readiness probes; nothing listens for sd_notify."),
        ("container",),
    ),
    "Config/sdNotifySocket": Rule(RUNTIME),
    "HostConfig/Binds": Rule(REPEATS),
    "HostConfig/CgroupManager": Rule(HOST),
    "HostConfig/CgroupMode": Rule(HOST),
    "HostConfig/ContainerIDFile": Rule(RUNTIME),
    "HostConfig/LogConfig": Rule(LOGS),
    "HostConfig/NetworkMode": Rule(
        NETWORK, ("bridge", "default", "slirp4netns", "pasta", "private")
    ),
    "HostConfig/RestartPolicy": Rule(REPEATS, ({"Name": "", "MaximumRetryCount": 0},)),
    "HostConfig/AutoRemove": Rule(msg("A cluster removes pods that are no longer wanted.")),
    "HostConfig/AutoRemoveImage": Rule(msg("A node removes images that are no longer wanted.")),
    "HostConfig/Annotations": Rule(REPEATS),
    "HostConfig/VolumeDriver": Rule(HOST),
    "HostConfig/VolumesFrom": Rule(REPEATS),
    "HostConfig/CapAdd": Rule(msg("A privileged container has all capabilities.")),
    "HostConfig/CapDrop": Rule(msg("A privileged container has all capabilities.")),
    "HostConfig/HostsFile": Rule(msg("A pod's hosts file is written by the cluster.")),
    "HostConfig/IpcMode": Rule(
        msg("The containers of a pod share this; other sharing does not exist."),
        ("shareable", "private"),
    ),
    "HostConfig/Cgroup": Rule(HOST),
    "HostConfig/Cgroups": Rule(HOST, ("default",)),
    "HostConfig/Links": Rule(msg("Peers find each other by the names of their Services.")),
    "HostConfig/OomScoreAdj": Rule(msg("A cluster derives it from requests and limits of memory.")),
    "HostConfig/PidMode": Rule(
        msg("Only the containers of one pod can share processes."), ("private",)
    ),
    "HostConfig/PublishAllPorts": Rule(REPEATS),
    "HostConfig/UTSMode": Rule(msg("The host's name is not a pod's."), ("private",)),
    "HostConfig/UsernsMode": Rule(
        msg("User namespaces of pods depend on the cluster; the users above are kept."),
        ("private", "host"),
    ),
    "HostConfig/IDMappings": Rule(
        msg("User namespaces of pods depend on the cluster; the users above are kept.")
    ),
    "HostConfig/ShmSize": Rule(REPEATS, (65_536_000, 67_108_864)),
    "HostConfig/Runtime": Rule(HOST, ("oci",)),
    "HostConfig/ConsoleSize": Rule(RUNTIME, ([0, 0],)),
    "HostConfig/Isolation": Rule(HOST),
    "HostConfig/NanoCpus": Rule(REPEATS),
    "HostConfig/CpuPeriod": Rule(REPEATS),
    "HostConfig/CpuQuota": Rule(REPEATS),
    "HostConfig/CgroupParent": Rule(HOST),
    "HostConfig/BlkioWeight": Rule(TUNING),
    "HostConfig/BlkioWeightDevice": Rule(TUNING),
    "HostConfig/BlkioDeviceReadBps": Rule(TUNING),
    "HostConfig/BlkioDeviceWriteBps": Rule(TUNING),
    "HostConfig/BlkioDeviceReadIOps": Rule(TUNING),
    "HostConfig/BlkioDeviceWriteIOps": Rule(TUNING),
    "HostConfig/CpuRealtimePeriod": Rule(TUNING),
    "HostConfig/CpuRealtimeRuntime": Rule(TUNING),
    "HostConfig/CpusetCpus": Rule(TUNING),
    "HostConfig/CpusetMems": Rule(TUNING),
    "HostConfig/DiskQuota": Rule(TUNING),
    "HostConfig/KernelMemory": Rule(TUNING),
    "HostConfig/MemorySwap": Rule(msg("Swap is the node's business; pods are given none of it.")),
    "HostConfig/MemorySwappiness": Rule(TUNING, (-1,)),
    "HostConfig/OomKillDisable": Rule(TUNING),
    "HostConfig/Init": Rule(msg("No init process is added; the image must reap its own children.")),
    "HostConfig/PidsLimit": Rule(HOST, (2048, 4096, -1)),
    "HostConfig/CpuCount": Rule(TUNING),
    "HostConfig/CpuPercent": Rule(TUNING),
    "HostConfig/IOMaximumIOps": Rule(TUNING),
    "HostConfig/IOMaximumBandwidth": Rule(TUNING),
    "HostConfig/CgroupConf": Rule(TUNING),
    "HostConfig/IntelRdtClosID": Rule(TUNING),
}

_POD: Mapping[str, Rule] = {
    "Id": Rule(IDENTITY),
    "Namespace": Rule(HOST),
    "Created": Rule(RUNTIME),
    "CreateCommand": Rule(COMMAND),
    "ExitPolicy": Rule(msg("A pod ends when its containers have ended."), ("continue",)),
    "State": Rule(RUNTIME),
    "CreateCgroup": Rule(HOST),
    "CgroupParent": Rule(HOST),
    "CgroupPath": Rule(RUNTIME),
    "CreateInfra": Rule(HOST),
    "InfraContainerID": Rule(RUNTIME),
    "InfraConfig/HostNetwork": Rule(REPEATS),
    "InfraConfig/StaticIP": Rule(msg("A cluster gives addresses; peers use the Service's name.")),
    "InfraConfig/StaticMAC": Rule(msg("A cluster gives addresses; peers use the Service's name.")),
    "InfraConfig/NoManageResolvConf": Rule(msg("A cluster writes the pod's resolv.conf.")),
    "InfraConfig/NoManageHostname": Rule(msg("A pod's host name is set by the cluster.")),
    "InfraConfig/NoManageHosts": Rule(msg("A pod's hosts file is written by the cluster.")),
    "InfraConfig/HostsFile": Rule(msg("A pod's hosts file is written by the cluster.")),
    "InfraConfig/Networks": Rule(NETWORK),
    "InfraConfig/NetworkOptions": Rule(NETWORK),
    "InfraConfig/pid_ns": Rule(HOST, ("private",)),
    "InfraConfig/userns": Rule(HOST, ("host", "private")),
    "InfraConfig/uts_ns": Rule(msg("The host's name is not a pod's."), ("private",)),
    "InfraConfig/cpu_period": Rule(REPEATS),
    "InfraConfig/cpu_quota": Rule(REPEATS),
    "InfraConfig/cpuset_cpus": Rule(TUNING),
    "SharedNamespaces": Rule(msg("What the containers of a pod share anyway.")),
    "NumContainers": Rule(RUNTIME),
    "Containers": Rule(RUNTIME),
    "cpu_period": Rule(REPEATS),
    "cpu_quota": Rule(
        msg("A limit for the whole pod; give each container its own, as a preset does.")
    ),
    "cpu_shares": Rule(TUNING),
    "cpuset_cpus": Rule(TUNING),
    "cpuset_mems": Rule(TUNING),
    "memory_limit": Rule(
        msg("A limit for the whole pod; give each container its own, as a preset does.")
    ),
    "memory_swap": Rule(msg("Swap is the node's business; pods are given none of it.")),
    "blkio_weight": Rule(TUNING),
    "blkio_weight_device": Rule(TUNING),
    "device_read_bps": Rule(TUNING),
    "device_write_bps": Rule(TUNING),
    "mounts": Rule(msg("The pod's containers list the mounts they were given.")),
    "devices": Rule(msg("The pod's containers list the devices they were given.")),
    "volumes_from": Rule(REPEATS),
    "security_opt": Rule(msg("The pod's containers list the options they were given.")),
    "RestartPolicy": Rule(REPEATS),
    "LockNumber": Rule(RUNTIME),
}


def _words(text: str) -> list[str]:
    return text.split()


_IMAGE: Mapping[str, Rule] = {
    "Config": Rule(IMAGE_SAYS),
    **{
        key: Rule(IMAGE)
        for key in _words(
            """
            Id Digest RepoTags RepoDigests Parent Comment Created Version Author Architecture Os
            Size VirtualSize GraphDriver RootFS Labels Annotations ManifestType History
            NamesHistory Healthcheck User ContainerConfig DockerVersion Container Metadata Variant
            """
        )
    },
}

_VOLUME: Mapping[str, Rule] = {
    "Driver": Rule(HOST, ("local",)),
    "Mountpoint": Rule(RUNTIME),
    "CreatedAt": Rule(RUNTIME),
    "Scope": Rule(RUNTIME, ("local",)),
    "Status": Rule(RUNTIME),
    "Anonymous": Rule(RUNTIME),
    "UID": Rule(msg("Owners of files move with the data, when it is copied.")),
    "GID": Rule(msg("Owners of files move with the data, when it is copied.")),
    "MountCount": Rule(RUNTIME),
    "NeedsCopyUp": Rule(RUNTIME),
    "NeedsChown": Rule(RUNTIME),
    "Timeout": Rule(RUNTIME),
    "StorageID": Rule(RUNTIME),
    "LockNumber": Rule(RUNTIME),
}

RULES: Mapping[InspectionKind, Mapping[str, Rule]] = {
    InspectionKind.CONTAINER: _CONTAINER,
    InspectionKind.POD: _POD,
    InspectionKind.IMAGE: _IMAGE,
    InspectionKind.VOLUME: _VOLUME,
}
