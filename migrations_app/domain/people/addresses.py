"""Where a client is, behind proxies of ours."""

from __future__ import annotations

LONGEST = 45


def client_address(direct: str, forwarded: str, hops: int) -> str:
    """The address that the outermost of our ``hops`` proxies saw.

    Of ``X-Forwarded-For`` only what our proxies wrote counts, which is its end; the rest is what
    the client liked to send. With fewer entries than proxies the request came around them.
    """
    told = [part.strip() for part in forwarded.split(",")]
    if hops and len(told) >= hops and told[-hops]:
        return told[-hops][:LONGEST]
    return direct[:LONGEST]
