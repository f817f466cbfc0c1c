"""Every group there is."""

from __future__ import annotations

from tests.live.option_groups.group import Group
from tests.live.option_groups.limits import LIMITS
from tests.live.option_groups.network import NETWORK
from tests.live.option_groups.pods import PODS
from tests.live.option_groups.process import PROCESS
from tests.live.option_groups.storage import STORAGE

GROUPS: tuple[Group, ...] = (*PROCESS, *LIMITS, *STORAGE, *NETWORK, *PODS)
