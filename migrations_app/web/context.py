"""What the shell around every page shows. Nothing is looked up until a template asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from migrations_app.domain.people.roles import Verb
from migrations_app.models import User
from migrations_app.models.runs import ACTIVE
from migrations_app.queries import visibility
from migrations_app.queries.actors import verbs, verbs_anywhere
from migrations_app.queries.chain import ChainState, chain_state
from migrations_app.web.requests import actor_of

BELOW_PORTFOLIO = ("/services/", "/rehearsals/")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the navigation."""

    name: str
    text: str
    icon: str
    address: str
    current: bool
    count: int = 0


class Shell:
    """Everything around the page: navigation, running work, chain, taste, words for the scripts."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def user(self) -> User | None:
        user = getattr(self._request, "user", None)
        return user if isinstance(user, User) and user.is_authenticated else None

    @property
    def theme(self) -> str:
        return self.user.theme if self.user else "system"

    @property
    def density(self) -> str:
        return self.user.density if self.user else "compact"

    @property
    def name(self) -> str:
        return (self.user.get_full_name() or self.user.username) if self.user else ""

    @cached_property
    def running(self) -> int:
        """How many visible runs are queued or at work."""
        if self.user is None:
            return 0
        return visibility.runs(actor_of(self._request)).filter(state__in=ACTIVE).count()

    @cached_property
    def may_anywhere(self) -> frozenset[Verb]:
        return verbs_anywhere(actor_of(self._request)) if self.user else frozenset()

    @cached_property
    def may_everywhere(self) -> frozenset[Verb]:
        return verbs(actor_of(self._request)) if self.user else frozenset()

    @cached_property
    def chain(self) -> ChainState | None:
        return chain_state() if Verb.READ_AUDIT in self.may_anywhere else None

    @cached_property
    def navigation(self) -> tuple[Item, ...]:
        return tuple(self._items())

    @cached_property
    def words(self) -> dict[str, str]:
        """What scripts say, in the reader's language."""
        return _words()

    def _items(self) -> Iterator[Item]:
        yield self._item("portfolio", _("Portfolio"), "board")
        yield self._item("applications", _("Applications"), "applications")
        if Verb.STORE_SOURCE in self.may_anywhere:
            yield self._item("upload", _("Upload"), "upload")
        if self.may_anywhere & {Verb.CAPTURE, Verb.MANAGE_HOSTS}:
            yield self._item("hosts", _("Hosts"), "host")
        yield self._item("presets", _("Presets"), "preset")
        yield self._item("runs", _("Runs"), "runs", self.running)
        if Verb.MANAGE_USERS in self.may_everywhere:
            yield self._item("people", _("People"), "people")
        if Verb.READ_AUDIT in self.may_anywhere:
            yield self._item("audit", _("Audit"), "audit")

    def _item(self, name: str, text: str, icon: str, count: int = 0) -> Item:
        address = reverse(name)
        path = self._request.path
        current = path == "/" or path.startswith(BELOW_PORTFOLIO)
        if address != "/":
            current = path.startswith(address)
        return Item(name, text, icon, address, current, count)


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context processor."""
    return {"shell": Shell(request)}


def _words() -> dict[str, str]:
    return {
        "copied": _("Copied"),
        "offline": _("No connection since %(time)s. What you see is from then."),
        "paused": _("Paused because you scrolled up."),
        "pausedByHand": _("Paused."),
        "newLines": _("%(n)s new lines"),
        "following": _("Following"),
        "logEnded": _("The run has ended. This is the whole log."),
        "connectionLost": _("Connection lost at %(time)s, trying again"),
        "hits": _("%(n)s of %(all)s"),
        "noHits": _("No match"),
        "failed": _("That did not work. Nothing was changed."),
        "request": _("Request %(id)s"),
        "follow": _("Follow"),
        "pause": _("Pause"),
    }
