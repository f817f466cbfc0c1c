"""What every engine does alike: the one in memory, Podman 4 and Podman 5."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from migrations_app.adapters.clock import SystemClock
from migrations_app.adapters.fakes import Behaviour, FakeClock, FakePodman, FakeProber
from migrations_app.adapters.podman.host import PodmanHost
from migrations_app.adapters.probing.prober import PodProber
from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.errors import EngineError
from migrations_app.domain.reading.limits import Limits
from migrations_app.domain.reading.read import read_bundle
from migrations_app.ports import (
    Clock,
    ContainerState,
    FileDrop,
    PodmanEngine,
    Prober,
    ProbeResult,
    ProbeTarget,
)
from tests.live.podman_kit import IMAGE, Service

pytestmark = pytest.mark.live

LABEL = "io.kakehashi.test"
HTTPD = "exec httpd -f -p 8080 -h /"
LOOPBACK = "exec httpd -f -p 127.0.0.1:8080 -h /"
POLITE = "trap 'exit 0' TERM; while :; do sleep 0.1; done"
DEAF = "trap '' TERM; while :; do sleep 0.1; done"

SCRIPTS = {
    "web": f"echo hello; echo trouble >&2; {HTTPD}",
    "loop": LOOPBACK,
    "polite": POLITE,
    "deaf": DEAF,
    "job": "echo done; exit 0",
    "bad": "exit 3",
    "mute": "printf 'mode = fast'",
    "eater": "exec dd if=/dev/zero of=/dev/null bs=60M count=3",
}
BEHAVIOURS = {
    "web": Behaviour(
        logs=[(0, "stdout", "hello"), (0, "stderr", "trouble")], listens={8080: 404}, user="1000"
    ),
    "loop": Behaviour(listens={8080: 200}, loopback_only=True),
    "polite": Behaviour(),
    "deaf": Behaviour(heeds_sigterm=False),
    "job": Behaviour(logs=[(0, "stdout", "done")], exits=(0.1, 0)),
    "bad": Behaviour(exits=(0.1, 3)),
    "mute": Behaviour(logs=[(0, "stdout", "mode = fast")], exits=(0.1, 0)),
    "eater": Behaviour(exits=(0.1, 137), oom_killed=True),
}


@dataclass
class World:
    """An engine to try, and a mark on everything that is made on it."""

    engine: PodmanEngine
    prober: Prober
    clock: Clock
    mark: str = field(default_factory=lambda: f"kkt-{uuid.uuid4().hex[:8]}")

    @property
    def network(self) -> str:
        return f"{self.mark}-net"

    @property
    def labels(self) -> dict[str, str]:
        return {LABEL: self.mark, f"{LABEL}.other": "x"}

    def pod(self, *names: str, image: str = IMAGE, extra: str = "", user: int = 1000) -> str:
        """The text of a pod with some of the containers above; a JSON string is YAML as well."""
        labels = ", ".join(f'"{key}": "{value}"' for key, value in self.labels.items())
        containers = "\n".join(
            f'  - {{name: {name}, image: "{image}", imagePullPolicy: Never, '
            f'command: [sh, -c, "{SCRIPTS[name]}"], securityContext: {{runAsUser: {user}}}}}'
            for name in names
        )
        return (
            f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {self.mark}, labels: {{{labels}}}}}\n"
            f"spec:\n  restartPolicy: Never\n{extra}  containers:\n{containers}\n"
        )

    def play(self, text: str, *files: FileDrop) -> dict[str, ContainerState]:
        self.engine.play(
            text, network=self.network, aliases={self.mark: ["shop", "shop.prod.svc"]}, files=files
        )
        return self.states()

    def states(self) -> dict[str, ContainerState]:
        """By the name within the pod."""
        found = self.engine.states(self.mark)
        return {state.name.removeprefix(f"{self.mark}-"): state for state in found}

    def until(self, condition: Callable[[], bool]) -> None:
        for _ in range(100):
            if condition():
                return
            self.clock.sleep(0.1)
        pytest.fail("that did not come about in ten seconds")

    def probe(self, state: ContainerState, action: str, **more: object) -> ProbeResult:
        target = ProbeTarget(self.mark, state.id, state.address, action, **more)  # type: ignore[arg-type]
        return self.prober.probe(target)


@pytest.fixture(scope="module")
def cleaning() -> Iterator[Callable[[World], None]]:
    """Removes what tests have made while the next ones run: Podman waits a lot for itself there."""
    with ThreadPoolExecutor(max_workers=3) as pool:
        waiting: list[Future[None]] = []
        yield lambda world: waiting.append(pool.submit(clean, world))
        for one in waiting:
            one.result()


def clean(world: World) -> None:
    world.engine.remove_labelled(LABEL, world.mark)
    left = world.engine.labelled(LABEL)
    assert not [name for name, labels in left.items() if labels.get(LABEL) == world.mark]


@pytest.fixture(params=["fake", "system_podman", "podman5"])
def world(request: pytest.FixtureRequest, cleaning: Callable[[World], None]) -> Iterator[World]:
    if request.param == "fake":
        clock = FakeClock()
        fake = FakePodman(images={IMAGE: "a" * 64}, behaviours=dict(BEHAVIOURS), clock=clock)
        made = World(fake, FakeProber(fake), clock)
    else:
        service: Service = request.getfixturevalue(request.param)
        host = PodmanHost(service.connection, start_seconds=20)
        made = World(host, PodProber(host), SystemClock())
    made.engine.create_network(made.network, labels=made.labels, internal=True)
    try:
        yield made
    finally:
        cleaning(made)


def test_it_says_what_it_is(world: World) -> None:
    info = world.engine.info()
    assert info.version_tuple >= (4, 3)
    assert info.runtime
    assert info.cgroup_version in ("v1", "v2")


def test_images_are_found_by_name_and_id(world: World) -> None:
    identity = world.engine.image_id(IMAGE)
    assert identity
    assert len(identity) == 64
    assert world.engine.image_id(identity) == identity
    assert world.engine.image_id(f"sha256:{identity}") == identity
    assert world.engine.image_id("localhost/kakehashi-test/nothing:1") is None


def test_what_is_labelled_is_listed_and_removed_once(world: World) -> None:
    world.engine.create_secret(f"{world.mark}-s", b"value", labels=world.labels)
    world.play(world.pod("polite"))
    mine = {
        name: labels
        for name, labels in world.engine.labelled(LABEL).items()
        if labels[LABEL] == world.mark
    }
    assert set(mine) == {
        f"pod/{world.mark}",
        f"secret/{world.mark}-s",
        f"network/{world.network}",
    }
    assert all(labels.items() >= world.labels.items() for labels in mine.values())
    assert world.engine.remove_labelled(LABEL, "another") == []
    assert set(world.engine.remove_labelled(LABEL, world.mark)) == set(mine)
    assert world.engine.remove_labelled(LABEL, world.mark) == []


def test_names_are_given_once(world: World) -> None:
    with pytest.raises(EngineError) as caught:
        world.engine.create_network(world.network, labels=world.labels, internal=True)
    assert caught.value.code == "refused"


def test_a_pod_runs(world: World) -> None:
    states = world.play(world.pod("web", "polite"))
    assert set(states) == {"web", "polite"}
    for state in states.values():
        assert state.running
        assert state.exit_code is None
        assert state.pid > 0
        assert state.address.count(".") == 3


def test_images_are_played_by_id(world: World) -> None:
    identity = world.engine.image_id(IMAGE)
    assert world.play(world.pod("polite", image=identity or ""))["polite"].running


def test_logs_go_on_where_they_ended(world: World) -> None:
    web = world.play(world.pod("web"))["web"]
    world.until(lambda: len(list(world.engine.logs(web.id, since=0))) == 2)
    lines = list(world.engine.logs(web.id, since=0))
    assert {(line.stream, line.text) for line in lines} == {
        ("stdout", "hello"),
        ("stderr", "trouble"),
    }
    assert {line.source for line in lines} == {f"{world.mark}-web"}
    assert [line.text for line in world.engine.logs(web.id, since=1)] == [lines[1].text]
    assert list(world.engine.logs(web.id, since=2)) == []


def test_usage_is_measured_while_it_runs(world: World) -> None:
    states = world.play(world.pod("polite", "job"))
    world.until(lambda: not world.states()["job"].running)
    samples = {
        sample.container: sample
        for sample in world.engine.usage([state.id for state in states.values()])
    }
    assert set(samples) == {states["polite"].id}
    assert samples[states["polite"].id].memory > 0
    world.clock.sleep(1)
    later = world.engine.usage([states["polite"].id])[0]
    assert later.cpu_nanoseconds > samples[states["polite"].id].cpu_nanoseconds
    assert later.at > samples[states["polite"].id].at


def test_who_runs_it_is_known(world: World) -> None:
    states = world.play(world.pod("web"))
    assert world.engine.running_user(states["web"].id) == "1000"


def test_commands_are_executed(world: World) -> None:
    web = world.play(world.pod("web"))["web"].id
    assert world.engine.execute(web, ["true"], timeout=10).exit_code == 0
    assert world.engine.execute(web, ["false"], timeout=10).exit_code == 1
    assert world.engine.execute(web, ["echo", "a", "b"], timeout=10).output == "a b\n"
    missing = world.engine.execute(web, ["nonesuch"], timeout=10)
    assert missing.exit_code == 127
    assert "nonesuch" in missing.output


def test_files_are_there_from_the_start(world: World) -> None:
    volume = f"  volumes: [{{name: {world.mark}-data, emptyDir: {{}}}}]\n"
    mount = f"volumeMounts: [{{name: {world.mark}-data, mountPath: /data}}]"
    text = world.pod("web", extra=volume).replace("runAsUser: 1000}", f"runAsUser: 1000}}, {mount}")
    web = world.play(
        text,
        FileDrop("web", "/etc/shop/site.conf", b"colour = blue\n", 0o400),
        FileDrop("web", "/data/deep/x.txt", b"in the volume\n"),
    )["web"]
    for path, content in (
        ("/etc/shop/site.conf", "colour = blue\n"),
        ("/data/deep/x.txt", "in the volume\n"),
    ):
        assert world.engine.execute(web.id, ["cat", path], timeout=10).output == content
    assert world.engine.execute(web.id, ["cat", "/nothing"], timeout=10).exit_code == 1


def test_peers_resolve_by_every_alias(world: World) -> None:
    address = world.play(world.pod("web"))["web"].address
    peer = World(world.engine, world.prober, world.clock)
    text = peer.pod("polite").replace(f"{LABEL}: {peer.mark}", f"{LABEL}: {world.mark}")
    text = text.replace(f'"{peer.mark}"', f'"{world.mark}"')
    world.engine.play(text, network=world.network, aliases={peer.mark: []})
    asking = world.engine.states(peer.mark)[0].id
    for name in ("shop", "shop.prod.svc", world.mark):
        answer = world.engine.execute(asking, ["nslookup", name], timeout=10)
        assert answer.exit_code == 0, answer.output
        assert address in answer.output
    assert world.engine.execute(asking, ["nslookup", "nobody"], timeout=20).exit_code == 1


def test_exit_codes_are_kept(world: World) -> None:
    world.play(world.pod("job", "bad", "polite"))
    world.until(lambda: not any(world.states()[name].running for name in ("job", "bad")))
    states = world.states()
    assert (states["job"].exit_code, states["bad"].exit_code) == (0, 3)
    assert states["polite"].running
    assert [line.text for line in world.engine.logs(states["job"].id, since=0)] == ["done"]


def test_last_words_are_heard_to_the_end(world: World) -> None:
    mute = world.play(world.pod("mute"))["mute"]
    world.until(lambda: not world.states()["mute"].running)
    assert [line.text for line in world.engine.logs(mute.id, since=0)] == ["mode = fast"]


def test_who_wants_too_much_memory_is_told_apart(world: World) -> None:
    limit = 'resources: {limits: {memory: "16777216"}}'
    text = world.pod("eater").replace("runAsUser: 1000}", f"runAsUser: 1000}}, {limit}")
    world.play(text)
    world.until(lambda: not world.states()["eater"].running)
    assert world.states()["eater"].exit_code == 137
    assert world.states()["eater"].oom_killed


def test_stopping_waits_for_those_who_heed(world: World) -> None:
    world.play(world.pod("polite"))
    begun = world.clock.monotonic()
    world.engine.stop(world.mark, timeout=20)
    assert world.clock.monotonic() - begun < 15
    assert world.states()["polite"].exit_code in (0, 143)
    world.engine.stop(world.mark, timeout=1)


def test_stopping_lets_those_end_who_share_their_processes(world: World) -> None:
    world.play(world.pod("polite", extra="  shareProcessNamespace: true\n"))
    world.clock.sleep(0.3)
    world.engine.stop(world.mark, timeout=20)
    assert world.states()["polite"].exit_code in (0, 143)


def test_stopping_kills_those_who_do_not(world: World) -> None:
    world.play(world.pod("deaf"))
    world.engine.stop(world.mark, timeout=1)
    assert world.states()["deaf"].exit_code == 137


def test_an_image_that_is_not_there_is_not_pulled(world: World) -> None:
    text = world.pod("polite", image="registry.invalid/shop/web:1")
    with pytest.raises(EngineError) as caught:
        world.play(text)
    assert caught.value.code == "refused"
    assert not caught.value.transient
    assert "registry.invalid/shop/web:1" in str(caught.value)


def test_a_failing_init_container_is_the_pods_own_fault(world: World) -> None:
    extra = (
        f'  initContainers: [{{name: bad, image: "{IMAGE}", imagePullPolicy: Never, '
        'command: [sh, -c, "exit 3"]}]\n'
    )
    with pytest.raises(EngineError) as caught:
        world.play(world.pod("polite", extra=extra))
    assert caught.value.code == "not_started"
    assert f"{world.mark}-bad" in str(caught.value)
    assert "3" in str(caught.value)


def test_a_network_that_is_not_there_is_refused(world: World) -> None:
    with pytest.raises(EngineError) as caught:
        world.engine.play(world.pod("polite"), network=f"{world.mark}-no", aliases={})
    assert caught.value.code == "refused"


def test_what_is_not_there_is_said_so(world: World) -> None:
    for call in (
        lambda: world.engine.states("kkt-nothing"),
        lambda: world.engine.capture("kkt-nothing"),
        lambda: list(world.engine.logs("kkt-nothing", since=0)),
        lambda: world.engine.execute("kkt-nothing", ["true"], timeout=5),
        lambda: world.engine.stop("kkt-nothing", timeout=1),
    ):
        with pytest.raises(EngineError) as caught:
            call()
        assert caught.value.code == "not_found"
        assert "kkt-nothing" in str(caught.value)


def test_workloads_are_listed(world: World) -> None:
    world.play(world.pod("web", "job"))
    world.until(lambda: not world.states()["job"].running)
    found = {item.name: item for item in world.engine.workloads()}[world.mark]
    assert found.kind == "pod"
    assert found.state == "degraded"
    assert set(found.containers) == {f"{world.mark}-web", f"{world.mark}-job"}
    assert found.labels[LABEL] == world.mark
    assert found.since is not None


def test_a_capture_is_read_as_one_service(world: World) -> None:
    world.play(world.pod("web", "polite"))
    by_name = world.engine.capture(world.mark)
    assert by_name.name == world.mark
    assert {
        f"{world.mark}/pod.json",
        f"{world.mark}/container-{world.mark}-web.json",
        f"{world.mark}/container-{world.mark}-polite.json",
        f"{world.mark}/network-{world.network}.json",
    } <= set(by_name.files)
    bundle = read_bundle(MemoryFiles(dict(by_name.files)), Limits())
    (spec,) = bundle.specs
    assert spec.name == world.mark
    assert len(spec.containers) == 2
    assert {container.image for container in spec.containers} == {IMAGE}
    member = world.states()["web"].id
    assert world.engine.capture(member).name == world.mark


def test_probes_see_what_a_kubelet_would(world: World) -> None:
    web = world.play(world.pod("web"))["web"]
    world.until(lambda: world.probe(web, "tcp", port=8080).ok is True)
    assert world.probe(web, "http", port=8080, path="/nothing").ok is False
    assert world.probe(web, "tcp", port=8081).ok is False
    assert world.probe(web, "exec", command=("true",), timeout=10.0).ok is True
    assert world.probe(web, "exec", command=("false",), timeout=10.0).ok is False
    assert world.probe(web, "grpc", port=8080).ok is None


def test_a_port_on_the_loopback_is_told_apart(world: World) -> None:
    loop = world.play(world.pod("loop"))["loop"]
    world.until(lambda: world.probe(loop, "tcp", port=8080).loopback_only)
    result = world.probe(loop, "http", port=8080)
    assert result.ok is False
    assert result.loopback_only
    assert not world.probe(loop, "tcp", port=8081).loopback_only
