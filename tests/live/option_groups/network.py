"""Names, ports and networks."""

from __future__ import annotations

from tests.live.option_groups.expecting import container, finding, kind, pod, row
from tests.live.option_groups.group import Group

NETWORK = (
    Group(
        "published port",
        ("--publish=18080:8080",),
        (
            container("ports", [{"containerPort": 8080, "name": "http"}]),
            kind("Service/spec/ports", [{"port": 8080, "targetPort": "http"}]),
        ),
        theirs=(
            container("ports", [{"containerPort": 8080}]),
            kind("Service/spec/ports", [{"port": 8080, "targetPort": 8080}]),
        ),
    ),
    Group(
        "TCP and UDP on one port",
        ("--publish=18053:53/tcp", "--publish=18053:53/udp"),
        (
            container(
                "ports",
                [
                    {"containerPort": 53, "protocol": "TCP", "name": "tcp-53"},
                    {"containerPort": 53, "protocol": "UDP", "name": "udp-53"},
                ],
            ),
            kind("Service/spec/ports", [{"name": "tcp-53"}, {"name": "udp-53"}]),
        ),
        theirs=(kind("Service/spec/ports", [{"name": "tcp-53"}, {"name": "udp-53"}]),),
        sample=True,
    ),
    Group(
        "port of one address",
        ("--publish=127.0.0.1:18081:81",),
        (kind("Service/spec/ports", [{"port": 81}]),),
    ),
    Group(
        "range of ports",
        ("--publish=18100-18102:8100-8102",),
        (kind("Service/spec/ports", [{"port": 8100}, {"port": 8101}, {"port": 8102}]),),
    ),
    Group(
        "port for peers alone",
        ("--expose=9000",),
        (
            container("ports", [{"containerPort": 9000}]),
            kind("Service/spec/ports", [{"port": 9000}]),
        ),
    ),
    Group(
        "port of the image",
        (),
        (kind("Service/spec/ports", [{"port": 7000}]),),
        image="rich",
    ),
    Group(
        "name on a network",
        ("--network={mark}-net", "--network-alias=db", "--expose=5432"),
        (kind("Service/metadata/name", "db"), kind("Service/spec/ports", [{"port": 5432}])),
    ),
    Group(
        "address on a network",
        ("--network={mark}-net", "--ip={address}"),
        (row("Config/CreateCommand/"),),
    ),
    Group(
        "hardware address", ("--mac-address=92:d0:c6:0a:29:33",), (row("Config/CreateCommand/"),)
    ),
    Group(
        "host name",
        ("--hostname=inner",),
        (pod("hostname", "inner"),),
    ),
    Group(
        "fixed hosts",
        ("--add-host=billing:10.1.2.3",),
        (pod("hostAliases", [{"ip": "10.1.2.3", "hostnames": ["billing"]}]),),
    ),
    Group(
        "name resolution",
        ("--dns=10.9.8.7", "--dns-search=example.com", "--dns-option=ndots:3"),
        (
            pod("dnsConfig/nameservers", ["10.9.8.7"]),
            pod("dnsConfig/searches", ["example.com"]),
            pod("dnsConfig/options", [{"name": "ndots", "value": "3"}]),
        ),
    ),
    Group(
        "network of the host",
        ("--network=host",),
        (pod("hostNetwork", True), finding("SEC-08")),
    ),
    Group("no network", ("--network=none",), (finding("CAP-06"), row("NetworkMode"))),
    Group(
        "processes of the host",
        ("--pid=host",),
        (pod("hostPID", True), finding("SEC-08")),
    ),
    Group(
        "shared memory of the host",
        ("--ipc=host",),
        (pod("hostIPC", True), finding("SEC-08")),
    ),
    Group("name of the host", ("--uts=host",), (row("HostConfig/UTSMode"),)),
    Group("own hosts file", ("--no-hosts",), (row("Config/CreateCommand/"),)),
)
