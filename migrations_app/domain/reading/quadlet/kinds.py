"""The kinds of Quadlet units, and the keys that Podman's generator knows in each."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from enum import StrEnum


class UnitKind(StrEnum):
    """A kind by the section that makes it one."""

    CONTAINER = "Container"
    POD = "Pod"
    KUBE = "Kube"
    VOLUME = "Volume"
    NETWORK = "Network"
    IMAGE = "Image"
    BUILD = "Build"
    ARTIFACT = "Artifact"

    @property
    def ending(self) -> str:
        """How names of such units end: ``.container``."""
        return f".{self.value.lower()}"

    @property
    def service_suffix(self) -> str:
        """What the name of the service has that the name of the unit has not: ``-pod``."""
        plain = (UnitKind.CONTAINER, UnitKind.KUBE)
        return "" if self in plain else f"-{self.value.lower()}"


QUADLET_SECTION = "Quadlet"
QUADLET_KEYS = frozenset({"DefaultDependencies"})
ENDINGS = tuple(kind.ending for kind in UnitKind)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ANYWHERE = "ContainersConfModule GlobalArgs PodmanArgs ServiceName"
_PULLING = "AuthFile CertDir Creds DecryptionKey Retry RetryDelay TLSVerify"
_MAPPING = "RemapGid RemapUid RemapUidSize RemapUsers UserNS"
_SUB_MAPPING = "GIDMap SubGIDMap SubUIDMap UIDMap"

KEYS: Mapping[UnitKind, frozenset[str]] = {
    UnitKind.CONTAINER: _words(
        f"""
        {_ANYWHERE} {_MAPPING} {_SUB_MAPPING}
        AddCapability AddDevice AddHost Annotation AppArmor AutoUpdate CgroupsMode ContainerName
        DNS DNSOption DNSSearch DropCapability Entrypoint Environment EnvironmentFile
        EnvironmentHost Exec ExposeHostPort Group GroupAdd HealthCmd HealthInterval
        HealthLogDestination HealthMaxLogCount HealthMaxLogSize HealthOnFailure HealthRetries
        HealthStartPeriod HealthStartupCmd HealthStartupInterval HealthStartupRetries
        HealthStartupSuccess HealthStartupTimeout HealthTimeout HostName HttpProxy IP IP6 Image
        Label LogDriver LogOpt Mask Memory Mount Network NetworkAlias NoNewPrivileges Notify
        PidsLimit Pod PublishPort Pull ReadOnly ReadOnlyTmpfs ReloadCmd ReloadSignal Retry
        RetryDelay Rootfs RunInit SeccompProfile Secret SecurityLabelDisable
        SecurityLabelFileType SecurityLabelLevel SecurityLabelNested SecurityLabelType ShmSize
        StartWithPod StopSignal StopTimeout Sysctl Timezone Tmpfs Ulimit Unmask User VolatileTmp
        Volume WorkingDir
        """
    ),
    UnitKind.POD: _words(
        f"""
        {_ANYWHERE} {_MAPPING} {_SUB_MAPPING}
        AddHost DNS DNSOption DNSSearch ExitPolicy HostName IP IP6 Label Network NetworkAlias
        PodName PublishPort ShmSize StopTimeout Volume
        """
    ),
    UnitKind.KUBE: _words(
        f"""
        {_ANYWHERE} {_MAPPING}
        AutoUpdate ConfigMap ExitCodePropagation KubeDownForce LogDriver LogOpt Network
        PublishPort SetWorkingDirectory Yaml
        """
    ),
    UnitKind.VOLUME: _words(
        f"{_ANYWHERE} Copy Device Driver Group Image Label Options Type User VolumeName"
    ),
    UnitKind.NETWORK: _words(
        f"""
        {_ANYWHERE} DNS DisableDNS Driver Gateway IPAMDriver IPRange IPv6 InterfaceName Internal
        Label NetworkDeleteOnStop NetworkName Options Subnet
        """
    ),
    UnitKind.IMAGE: _words(f"{_ANYWHERE} {_PULLING} AllTags Arch Image ImageTag OS Policy Variant"),
    UnitKind.BUILD: _words(
        f"""
        {_ANYWHERE} Annotation Arch AuthFile BuildArg DNS DNSOption DNSSearch Environment File
        ForceRM GroupAdd IgnoreFile ImageTag Label Network Pull Retry RetryDelay Secret
        SetWorkingDirectory TLSVerify Target Variant Volume
        """
    ),
    UnitKind.ARTIFACT: _words(f"{_ANYWHERE} {_PULLING} Artifact Quiet"),
}
"""As of Podman 5.8. A unit with any other key is refused by the generator."""

REPEATABLE = _words(
    """
    AddCapability AddDevice AddHost AutoUpdate ConfigMap ContainersConfModule DNS DNSOption
    DNSSearch DropCapability EnvironmentFile ExposeHostPort GIDMap Gateway GlobalArgs GroupAdd
    IPRange ImageTag LogOpt Mask Mount Network NetworkAlias PodmanArgs PublishPort RemapGid
    RemapUid Secret Subnet Sysctl Tmpfs UIDMap Ulimit Unmask Volume Yaml
    """
)
"""Keys of which every line counts. Lines of ``NAME=value`` replace each other by name."""

NAMED = _words("Annotation BuildArg Environment Label Options")
"""Keys of ``NAME=value`` words."""

SPLIT = NAMED | _words(
    "EnvironmentFile Exec GlobalArgs Mask Mount PodmanArgs ReloadCmd Secret Unmask"
)
"""Keys of which the value is words, with quotes and escapes as in a command line."""


def nearest_key(key: str, known: Collection[str]) -> str:
    """The key that somebody may have meant, ``""`` if none is near."""
    lower = {name.lower(): name for name in sorted(known)}
    found = difflib.get_close_matches(key.lower(), list(lower), n=1)
    return lower[found[0]] if found else ""
