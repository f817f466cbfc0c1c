"""What the description of the API says before it comes to single resources (Markdown)."""

from __future__ import annotations

ABOUT = """\
From Podman to Kubernetes, with nothing lost on the way.

**Who asks.** Send `Authorization: Bearer TOKEN`; make a token under *Account*, with
`bin/workbench create_token`, or here with a session. A token may do a part of what its owner may:
its scopes. Whatever you may not see answers 404, exactly as if it were not there.

**Errors** are `application/problem+json` everywhere. `code` is stable and never translated,
`detail` is a sentence in the language of `Accept-Language`, and `errors` names what is wrong with
which part of the request (`pointer`) or with which place in a file (`file`, `line`, `column`).
400 cannot be parsed, 422 was parsed and is not acceptable; fields and filters that do not exist
are refused, not ignored.

**Lists** come in pages: `page` and `page_size` (at most 200), `{count, next, previous, results}`
and a `Link` header. Logs and the audit trail are read by cursor: follow `next`.

**Changes** by PATCH and PUT need `If-Match` with the `ETag` that reading gave: 428 without it, 412
if somebody was faster. Everything of a service shares the service's. A POST with an
`Idempotency-Key` that is sent again is done once, and answered as before.

**Background work** answers 202 with the run and its `Location`. `?wait=SECONDS` (at most 60) there
or on the run waits for the end. A second run of the same kind for the same thing is 409
`run_active`, with the `Location` of the first. `runs/{id}/events/` tells a run as it happens
(server-sent events; `Last-Event-ID` resumes it).

**How much.** Every answer says in `RateLimit-Remaining` how many requests are left this minute;
429 says in `Retry-After` when to come back.
"""
