"""One group of options."""

from __future__ import annotations

from dataclasses import dataclass

from tests.live.option_groups.expecting import Expected


@dataclass(frozen=True, slots=True)
class Group:
    """Options of ``podman create`` (or ``podman pod create``), and what must come of them.

    ``theirs`` is what ``podman generate kube`` would have to write, where that differs in form
    from ours. ``inside`` are the options of the container in a pod. In words, ``{mark}`` is the
    beginning of every name and ``{folder}`` a folder of the host. ``sample``: always run, not only
    with all others. ``since``: the first Podman that has the options.
    """

    name: str
    options: tuple[str, ...]
    expects: tuple[Expected, ...]
    command: tuple[str, ...] = ("sleep", "1000")
    image: str = "box"
    theirs: tuple[Expected, ...] | None = None
    is_pod: bool = False
    inside: tuple[str, ...] = ()
    since: tuple[int, int] = (4, 3)
    sample: bool = False

    @property
    def asked(self) -> str:
        """The options as a reader of the table knows them."""
        words = [*(("pod create",) if self.is_pod else ()), *self.options]
        words += [f"[{' '.join(self.inside)}]"] if self.inside else []
        words += [f"(image: {self.image})"] if self.image != "box" else []
        if self.command != ("sleep", "1000"):
            words += ["IMAGE", *self.command]
        text = " ".join(words) or "(none)"
        for placeholder, word in (
            ("{mark}-", ""),
            ("{mark}_", "data_"),
            ("{folder}", "/srv/app"),
            ("{box}", "OTHER"),
            ("{address}", "10.89.0.77"),
        ):
            text = text.replace(placeholder, word)
        return text
