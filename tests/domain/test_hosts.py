"""Addresses of Podman hosts: what is taken apart, and what is refused."""

from __future__ import annotations

import pytest

from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.hosts import HostAddress, HostScheme, parse_host_url

FOLDERS = ("/run/podman", "/run/user")


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("unix:///run/podman/podman.sock", HostAddress(HostScheme.UNIX, "/run/podman/podman.sock")),
        (
            "http+unix:///run/user/1000/podman/podman.sock",
            HostAddress(HostScheme.UNIX, "/run/user/1000/podman/podman.sock"),
        ),
        (
            "ssh://core@edge-1.example.com:2222/run/user/1000/podman/podman.sock",
            HostAddress(
                HostScheme.SSH,
                "/run/user/1000/podman/podman.sock",
                "edge-1.example.com",
                "core",
                2222,
            ),
        ),
        ("ssh://edge", HostAddress(HostScheme.SSH, "/run/podman/podman.sock", "edge")),
    ],
)
def test_an_address_is_taken_apart(url: str, address: HostAddress) -> None:
    assert parse_host_url(url, FOLDERS) == address


def test_an_address_reads_as_it_was_written() -> None:
    url = "ssh://core@edge:2222/run/podman/podman.sock"
    assert str(parse_host_url(url, FOLDERS)) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "podman",
        "unix://",
        "unix:///",
        "unix:///var/run/docker.sock",
        "unix:///etc/passwd",
        "unix://../../x.sock",
        "unix:///run/podman/../docker.sock",
        "unix:///run/podman",
        "unix:///run/podmanX/x.sock",
        "unix:///run/podman//x.sock",
        "unix:///run/podman/a:b.sock",
        "unix:///run/podman/a b.sock",
        "unix://machine/run/podman/x.sock",
        "unix:///run/podman/" + "x" * 100,
        "tcp://169.254.169.254",
        "tcp://127.0.0.1:6379",
        "tcp://[::1]:2375",
        "http://169.254.169.254/latest",
        "https://example.com",
        "ftp://host/x",
        "file:///run/podman/podman.sock",
        "ssh://-oProxyCommand=touch%20x/run/p.sock",
        "ssh://-oX@host/run/p.sock",
        "ssh://us;er@host/run/p.sock",
        "ssh://host%20x/run/p.sock",
        "ssh://ho`id`st/run/p.sock",
        "ssh://ho$st/run/p.sock",
        "ssh:///run/p.sock",
        "ssh://u:pw@host/run/p.sock",
        "ssh://u:@host/run/p.sock",
        "ssh://host:99999/run/p.sock",
        "ssh://host:x/run/p.sock",
        "ssh://host/run/../etc/p.sock",
        "ssh://host/run/a:b.sock",
        "ssh://host/run/p.sock?identity=/etc/shadow",
        "ssh://host/run/p.sock#x",
        "ssh://[::1/run/p.sock",
        "ssh://host\n/run/p.sock%0a",
    ],
)
def test_what_could_lead_elsewhere_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_host_url(url, FOLDERS)
    assert "pw" not in str(caught.value)
