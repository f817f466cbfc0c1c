"""What runs, as whom, for how long, and how it is watched."""

from __future__ import annotations

from tests.live.option_groups.expecting import container, finding, kind, pod, question, row
from tests.live.option_groups.group import Group

PROCESS = (
    Group(
        "environment",
        ("--env=GREETING=hello", "--env=COST=$(HOME)"),
        (
            container("env", [{"name": "GREETING", "value": "hello"}]),
            container("env", [{"name": "COST", "value": "$$(HOME)"}]),
        ),
        theirs=(container("env", [{"name": "GREETING", "value": "hello"}]),),
        sample=True,
    ),
    Group(
        "environment file",
        ("--env-file={folder}/app.env",),
        (container("env", [{"name": "FROM_FILE", "value": "yes"}]),),
    ),
    Group(
        "secret variable",
        ("--env=DB_PASSWORD=s3cret-x",),
        (
            container("env", [{"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": ...}}]),
            kind("Secret/stringData/DB_PASSWORD", "s3cret-x"),
        ),
        theirs=(container("env", [{"name": "DB_PASSWORD", "value": "s3cret-x"}]),),
    ),
    Group(
        "arguments",
        (),
        (container("args", ["echo", "two words"]),),
        ("echo", "two words"),
        theirs=(container("*", ["echo", "two words"]),),
    ),
    Group(
        "entry point",
        ('--entrypoint=["/bin/sh","-c"]',),
        (container("command", ["/bin/sh", "-c"]), container("args", ["sleep 1000"])),
        ("sleep 1000",),
    ),
    Group(
        "entry point of the image",
        (),
        (container("args", ["sleep 5"]), container("image", ...)),
        ("sleep 5",),
        image="rich",
    ),
    Group("working directory", ("--workdir=/tmp",), (container("workingDir", "/tmp"),)),
    Group(
        "user by number",
        ("--user=1001:1002",),
        (
            container("securityContext/runAsUser", 1001),
            container("securityContext/runAsGroup", 1002),
        ),
    ),
    Group(
        "user by name",
        ("--user=root:root",),
        (question("user-id"), row("Config/User", "question")),
    ),
    Group("groups", ("--group-add=4242",), (pod("securityContext/supplementalGroups", [4242]),)),
    Group(
        "time zone",
        ("--tz=Asia/Tokyo",),
        (container("env", [{"name": "TZ", "value": "Asia/Tokyo"}]),),
    ),
    Group(
        "terminal", ("--tty", "--interactive"), (container("tty", True), container("stdin", True))
    ),
    Group("init process", ("--init",), (finding("CAP-06"), row("HostConfig/Init"))),
    Group("umask", ("--umask=0077",), (row("Config/Umask"),)),
    Group(
        "labels",
        ("--label=team=payments", "--label=example.com/tier=web"),
        (
            kind("Deployment/metadata/annotations/team", "payments"),
            kind("Deployment/metadata/annotations/example.com~1tier", "web"),
        ),
        theirs=(kind("Pod/metadata/labels/team", "payments"),),
    ),
    Group(
        "annotations",
        ("--annotation=example.com/owner=suzuki",),
        (kind("Deployment/spec/template/metadata/annotations/example.com~1owner", "suzuki"),),
        theirs=(kind("Pod/metadata/annotations/example.com~1owner", "suzuki"),),
    ),
    Group(
        "restart always",
        ("--restart=always",),
        (kind("Deployment/spec/replicas", 1),),
        theirs=(pod("restartPolicy", "Always"),),
    ),
    Group(
        "restart no",
        ("--restart=no",),
        (
            kind("Job/spec/template/spec/restartPolicy", "Never"),
            kind("Job/spec/backoffLimit", 0),
            question("workload-kind"),
        ),
        theirs=(pod("restartPolicy", "Never"),),
        sample=True,
    ),
    Group(
        "restart on failure",
        ("--restart=on-failure:3",),
        (
            kind("Job/spec/template/spec/restartPolicy", "OnFailure"),
            kind("Job/spec/backoffLimit", 3),
            question("workload-kind"),
        ),
        theirs=(pod("restartPolicy", "OnFailure"),),
    ),
    Group(
        "restart unless stopped",
        ("--restart=unless-stopped",),
        (kind("Deployment/spec/replicas", 1), row("RestartPolicy", "converted")),
        theirs=(pod("restartPolicy", "Always"),),
    ),
    Group(
        "time to stop",
        ("--stop-timeout=42",),
        (pod("terminationGracePeriodSeconds", 42),),
    ),
    Group("signal to stop", ("--stop-signal=SIGQUIT",), (row("Config/StopSignal"),)),
    Group("longest run", ("--timeout=600",), (row("Config/Timeout"),)),
    Group(
        "longest run of what ends",
        ("--timeout=600", "--restart=no"),
        (kind("Job/spec/activeDeadlineSeconds", 600),),
    ),
    Group(
        "health check",
        (
            *("--health-cmd=cat /tmp/ok", "--health-interval=7s", "--health-timeout=3s"),
            *("--health-retries=4", "--health-start-period=20s"),
        ),
        (
            container("readinessProbe/exec/command", ["/bin/sh", "-c", "cat /tmp/ok"]),
            container("readinessProbe/periodSeconds", 7),
            container("readinessProbe/timeoutSeconds", 3),
            container("readinessProbe/failureThreshold", 4),
            container("livenessProbe", ...),
            container("startupProbe", ...),
        ),
        sample=True,
    ),
    Group(
        "health check over HTTP",
        ("--health-cmd=wget -q -O- http://localhost:8080/healthz",),
        (
            container("readinessProbe/httpGet", {"path": "/healthz"}),
            container("livenessProbe/httpGet", {"path": "/healthz"}),
        ),
    ),
    Group(
        "start-up check",
        (
            *("--health-cmd=true", "--health-startup-cmd=cat /tmp/started"),
            *("--health-startup-interval=2s", "--health-startup-retries=9"),
        ),
        (
            container("startupProbe/exec/command", ["cat /tmp/started"]),
            container("startupProbe/failureThreshold", 9),
        ),
        since=(4, 4),
    ),
    Group("no health check", ("--no-healthcheck",), (row("Config/Healthcheck"),)),
    Group("removed at its end", ("--rm",), (row("HostConfig/AutoRemove"),)),
    Group("log driver", ("--log-driver=k8s-file",), (row("HostConfig/LogConfig"),)),
    Group("systemd", ("--systemd=always",), (finding("CAP-06"), row("Config/SystemdMode"))),
    Group("notification", ("--sdnotify=conmon",), (row("Config/sdNotifyMode"),)),
    Group("pull policy", ("--pull=never",), (container("imagePullPolicy", "Never"),)),
    Group("platform", ("--arch=amd64",), (pod("nodeSelector/kubernetes.io~1arch", "amd64"),)),
)
