"""Volumes, files of the host, memory and secrets."""

from __future__ import annotations

from tests.live.option_groups.expecting import container, kind, pod, question, row
from tests.live.option_groups.group import Group

_MOUNTED = "volumeMounts"

STORAGE = (
    Group(
        "named volume",
        ("--volume={mark}-data:/data",),
        (
            kind("StatefulSet/spec/volumeClaimTemplates", [{"metadata": {"name": "{mark}-data"}}]),
            container(_MOUNTED, [{"name": "{mark}-data", "mountPath": "/data"}]),
            question("volume-size"),
        ),
        theirs=(
            kind("PersistentVolumeClaim/metadata/name", "{mark}-data"),
            container(_MOUNTED, [{"mountPath": "/data"}]),
        ),
        sample=True,
    ),
    Group(
        "named volume, only read",
        ("--volume={mark}-data:/data:ro",),
        (
            kind("PersistentVolumeClaim/metadata/name", "{mark}-data"),
            container(_MOUNTED, [{"mountPath": "/data", "readOnly": True}]),
        ),
    ),
    Group(
        "volumes that differ in a character",
        ("--volume={mark}_twin:/a:ro", "--volume={mark}-twin:/b:ro"),
        (
            container(_MOUNTED, [{"mountPath": "/a"}, {"mountPath": "/b"}]),
            pod("volumes", [{"name": "{mark}-twin"}]),
            pod("volumes/1/persistentVolumeClaim", ...),
            kind("PersistentVolumeClaim/metadata/name", "{mark}-twin"),
        ),
        theirs=(
            pod("volumes", [{"persistentVolumeClaim": {"claimName": "{mark}_twin"}}]),
            pod("volumes", [{"persistentVolumeClaim": {"claimName": "{mark}-twin"}}]),
        ),
    ),
    Group(
        "volume without a name",
        ("--volume=/cache",),
        (
            question("anonymous-volume"),
            pod("volumes", [{"emptyDir": {}}]),
            container(_MOUNTED, [{"mountPath": "/cache"}]),
        ),
    ),
    Group(
        "volume of the image",
        (),
        (question("anonymous-volume"), container(_MOUNTED, [{"mountPath": "/var/lib/rich"}])),
        image="rich",
    ),
    Group(
        "small text file",
        ("--volume={folder}/site.conf:/etc/site.conf:ro",),
        (
            question("bind-mount"),
            kind("ConfigMap/data/site.conf", "colour = blue\n"),
            container(_MOUNTED, [{"mountPath": "/etc/site.conf", "subPath": "site.conf"}]),
        ),
        theirs=(
            container(_MOUNTED, [{"mountPath": "/etc/site.conf"}]),
            pod("volumes", [{"hostPath": ...}]),
        ),
        sample=True,
    ),
    Group(
        "key file",
        ("--volume={folder}/tls.key:/etc/tls.key:ro",),
        (
            question("bind-mount"),
            kind("Secret/stringData/tls.key", ...),
            container(_MOUNTED, [{"mountPath": "/etc/tls.key", "subPath": "tls.key"}]),
        ),
        theirs=(
            container(_MOUNTED, [{"mountPath": "/etc/tls.key"}]),
            pod("volumes", [{"hostPath": ...}]),
        ),
    ),
    Group(
        "folder of data",
        ("--volume={folder}/pages:/pages",),
        (
            question("bind-mount"),
            pod("volumes", [{"persistentVolumeClaim": ...}]),
            container(_MOUNTED, [{"mountPath": "/pages"}]),
        ),
        theirs=(
            container(_MOUNTED, [{"mountPath": "/pages"}]),
            pod("volumes", [{"hostPath": ...}]),
        ),
    ),
    Group(
        "folder of the node",
        ("--volume=/var/log:/host/log:ro",),
        (
            question("bind-mount"),
            pod("volumes", [{"hostPath": {"path": "/var/log"}}]),
            container(_MOUNTED, [{"mountPath": "/host/log", "readOnly": True}]),
        ),
    ),
    Group(
        "relabelled folder",
        ("--volume={folder}/pages:/pages:z",),
        (question("bind-mount"), container(_MOUNTED, [{"mountPath": "/pages"}])),
    ),
    Group(
        "the clock of the host",
        ("--volume=/etc/localtime:/etc/localtime:ro",),
        (question("bind-mount"), row("Mounts/0", "question")),
    ),
    Group("overlay", ("--volume={folder}/pages:/pages:O",), (row("Config/CreateCommand/"),)),
    Group(
        "image as a folder",
        ("--mount=type=image,source={box},destination=/image",),
        (row("Mounts/0"),),
    ),
    Group(
        "memory file system",
        ("--tmpfs=/scratch:size=16m,mode=1770",),
        (
            pod("volumes", [{"emptyDir": {"medium": "Memory", "sizeLimit": "16Mi"}}]),
            container(_MOUNTED, [{"mountPath": "/scratch"}]),
        ),
    ),
    Group(
        "memory file system, in long form",
        ("--mount=type=tmpfs,destination=/scratch,tmpfs-size=8m",),
        (
            pod("volumes", [{"emptyDir": {"medium": "Memory", "sizeLimit": "8Mi"}}]),
            container(_MOUNTED, [{"mountPath": "/scratch"}]),
        ),
    ),
    Group(
        "read-only root",
        ("--read-only",),
        (
            container("securityContext/readOnlyRootFilesystem", True),
            container(_MOUNTED, [{"mountPath": p} for p in ("/tmp", "/var/tmp", "/run")]),
            pod("volumes", [{"emptyDir": {"medium": "Memory"}}]),
        ),
        sample=True,
    ),
    Group(
        "read-only root and nothing beside",
        ("--read-only", "--read-only-tmpfs=false"),
        (container("securityContext/readOnlyRootFilesystem", True),),
    ),
    Group(
        "shared memory",
        ("--shm-size=128m",),
        (
            pod("volumes", [{"emptyDir": {"medium": "Memory", "sizeLimit": "128Mi"}}]),
            container(_MOUNTED, [{"mountPath": "/dev/shm"}]),
        ),
    ),
    Group(
        "secret as a file",
        ("--secret={mark}-token,target=api-token,mode=0400",),
        (
            kind("Secret/metadata/name", "{mark}-token"),
            container(_MOUNTED, [{"mountPath": "/run/secrets/api-token"}]),
            question("secret-value"),
        ),
    ),
    Group(
        "secret as a variable",
        ("--secret={mark}-token,type=env,target=TOKEN",),
        (
            kind("Secret/metadata/name", "{mark}-token"),
            container(
                "env",
                [{"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "{mark}-token"}}}],
            ),
        ),
    ),
)
