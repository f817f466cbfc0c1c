"""Image references: registry, path, tag and digest."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.images import ImageRef, is_place

DIGEST = "sha256:" + "b" * 64


@pytest.mark.parametrize(
    ("text", "registry", "path", "tag", "digest"),
    [
        ("nginx", "", "nginx", "", ""),
        ("bitnami/redis:7", "", "bitnami/redis", "7", ""),
        ("localhost/a/b:latest", "localhost", "a/b", "latest", ""),
        ("r.io:5000/a/b/c:1", "r.io:5000", "a/b/c", "1", ""),
        (f"r.io/a:1@{DIGEST}", "r.io", "a", "1", DIGEST),
        (f"a@{DIGEST}", "", "a", "", DIGEST),
        ("docker://quay.io/a/b", "quay.io", "a/b", "", ""),
    ],
)
def test_it_reads_the_parts(text: str, registry: str, path: str, tag: str, digest: str) -> None:
    image = ImageRef.parse(text)

    assert (image.registry, image.path, image.tag, image.digest) == (registry, path, tag, digest)
    assert str(image) == text.removeprefix("docker://")


@pytest.mark.parametrize(
    "text", ["", " ", "a b", "${IMAGE}", "foo/Bar:1", "-x", "a:" + "t" * 129, "a@sha256:12"]
)
def test_what_is_none_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidInput, match="Write for example"):
        ImageRef.parse(text)


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("nginx:1", "docker.io/library/nginx:1"),
        ("docker.io/nginx", "docker.io/library/nginx"),
        ("index.docker.io/a/b", "docker.io/a/b"),
        ("bitnami/redis", "docker.io/bitnami/redis"),
        ("quay.io/a", "quay.io/a"),
    ],
)
def test_the_full_name(text: str, full: str) -> None:
    assert str(ImageRef.parse(text).qualified) == full


@pytest.mark.parametrize(
    ("text", "local", "floats"),
    [
        ("localhost/a", True, True),
        ("localhost:5000/a:1", True, False),
        ("127.0.0.1:5000/a:latest", True, True),
        (f"r.io/a:latest@{DIGEST}", False, False),
        ("r.io/a", False, True),
    ],
)
def test_local_and_floating_images(text: str, local: bool, floats: bool) -> None:
    image = ImageRef.parse(text)

    assert (image.is_local, image.floats) == (local, floats)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(InvalidInput):
        assert ImageRef.parse(str(ImageRef.parse(text))) == ImageRef.parse(text)


def test_places_for_images() -> None:
    assert (
        is_place("registry.example.com") and is_place("r.io:5000/team/") and is_place("localhost")
    )
    assert not is_place("team") and not is_place("r.io/Team") and not is_place("")
