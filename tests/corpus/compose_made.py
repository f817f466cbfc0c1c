"""Compose projects made at random of the forms that a field can have, for the judge to compare."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

FORMS: Mapping[str, tuple[Any, ...]] = {
    "ports": (
        ["80"],
        [80, 81],
        ["8080:80/udp"],
        ["[::1]:80:80"],
        ["1000-1002:2000-2002", "1001:2001"],
        [{"target": "80", "published": 9}],
        ["0.0.0.0:80:80"],
        ["${P:-81}:80", "12400-12500:1240"],
    ),
    "command": (
        "a 'b c' d",
        "a\\ b",
        'sh -c "x && y"',
        "a;b",
        ["a", "$$X", "${Y:-z}"],
        "'a'\"b\"c",
        "a # b",
        "$$X ${Y:-z ${Z:-deep}}",
        None,
    ),
    "entrypoint": ("", [], "x y", ["z"]),
    "volumes": (
        ["named:/a"],
        ["./x:/x:ro,z"],
        ["/y", "/y/../z"],
        ["named:/v:nocopy"],
        [{"type": "bind", "source": "./q", "target": "/q"}],
        ["~/x:/y"],
        ["../x:/y:rw", "./over:/y"],
        ["named:/a/../b/"],
        [{"type": "tmpfs", "target": "/t", "tmpfs": {"size": "1m", "mode": 1777}}],
    ),
    "environment": (
        {"A": 1, "B": 1.5, "C": True, "D": None, "E": "", "F": 0o17, "G": 1e10, "H": 0.1},
        ["A=1", "B", "C=", "D=a=b", "A=2"],
        {"A": "${X:-d}", "B": "$$ ${X-e}", "C": "no", "D": "2020-01-01"},
    ),
    "healthcheck": (
        {"test": "x"},
        {"test": ["CMD", "x"]},
        {"disable": True},
        {"test": ["NONE"]},
        {"interval": "1m30s", "test": "a", "retries": "3", "start_interval": "500ms"},
    ),
    "mem_limit": ("64m", "1.5g", 1024, "10MB", "2GiB", "100"),
    "cpus": (1, "0.5", 0.25),
    "restart": ("no", "always", "on-failure:3"),
    "depends_on": (["other"], {"other": {"condition": "service_healthy"}}),
    "labels": (["a=b", "c"], {"a": 1, "b": None, "c": "x=y"}, {"f": 1.0}),
    "annotations": (["a=b"], {"a": True}),
    "tmpfs": ("/a", ["/b:size=1m"]),
    "dns": ("1.1.1.1", ["8.8.8.8"]),
    "dns_search": ("a", ["b", "c"]),
    "extra_hosts": (["a:1.1.1.1"], {"a": "1.1.1.1"}, ["b=::1"], ["c:[::1]"]),
    "ulimits": ({"nofile": 5}, {"nofile": {"soft": 1, "hard": 2}}),
    "stop_grace_period": ("1m", "90s", "1h30m", "0s"),
    "expose": ([80], ["80-82"], ["53/udp"]),
    "sysctls": (["a=1"], {"a": 1}),
    "shm_size": ("1g", 100),
    "devices": (["/dev/a"], ["/dev/a:/dev/b:r"], ["nvidia.com/gpu=all"]),
    "user": (1000, "a:b"),
    "init": (True, "true", False),
    "build": (
        ".",
        {"context": "x"},
        {"args": ["A=1", "B"], "labels": {"a": 1}},
        {"dockerfile_inline": "FROM x"},
    ),
    "tty": ("true", False),
    "group_add": ([1, "x"],),
    "logging": ({"driver": "x"}, {"options": {"a": 1}}),
    "networks": (["net"], {"net": None}, {"net": {"aliases": ["x"]}, "default": None}),
    "secrets": (["s"], [{"source": "s", "target": "t", "mode": 0o400}]),
    "configs": (["c"], [{"source": "c", "target": "/t", "mode": "0440"}]),
    "security_opt": (["a:b"],),
    "cap_add": (["A", "B"], ["B"]),
    "pull_policy": ("if_not_present", "always"),
    "working_dir": ("/x/",),
    "scale": (2, "3"),
    "links": (["other"], ["other:alias"]),
    "deploy": (
        {"replicas": "2", "labels": ["a=b"]},
        {"resources": {"limits": {"cpus": 0.5, "memory": "1g"}}},
        {"restart_policy": {"condition": "any", "delay": "5s"}, "mode": "global"},
    ),
    "pre_start": ([{"command": "a b", "environment": ["Z=1"]}],),
    "ipc": ("host", "service:other"),
    "volumes_from": (["other"], ["other:ro"]),
}
"""Field of a service → forms in which it can be written."""

_TOP = {
    "networks": {"net": None},
    "volumes": {"named": None},
    "secrets": {"s": {"file": "./s"}},
    "configs": {"c": {"content": "x"}},
}


def made_projects(folder: Path, number: int, seed: int) -> Iterator[Path]:
    """So many files in a folder, each a project; the same seed makes the same ones."""
    chance = random.Random(seed)
    for index in range(number):
        services: dict[str, Any] = {"other": {"image": "other"}, "web": _service(chance)}
        if chance.random() < 0.6:
            services["more"] = {**_service(chance), "extends": "web"}
        path = folder / f"{index}.yaml"
        text = yaml.safe_dump({"services": services, **_TOP}, sort_keys=False)
        path.write_text(text, encoding="utf-8")
        yield path


def _service(chance: random.Random) -> dict[str, Any]:
    fields = chance.sample(sorted(FORMS), chance.randint(3, 9))
    made = {field: copy.deepcopy(chance.choice(FORMS[field])) for field in fields}
    return {"image": "web", **made}
