"""What a cluster would refuse, put right: always applied, always reported.

The order is behaviour. Versions move first, because later mends know today's shapes only; names
come before references are completed; the schema has the last word.
"""

from __future__ import annotations

from migrations_app.domain.mends import (
    capabilities,
    hosts,
    metadata_keys,
    obsolete_versions,
    peer_names,
    ports,
    proc_mount,
    quantities,
    restart_policy,
    scheduling,
    selectors,
    server_fields,
    service_ports,
    spelling,
    tmpfs,
    volumes,
)
from migrations_app.domain.mends.by_schema import ConvertScalars, DropUnknownFields
from migrations_app.domain.mends.naming import ValidNames
from migrations_app.domain.schemas import Schemas
from migrations_app.domain.transforms.base import Transform


def mends(schemas: Schemas, version: str) -> tuple[Transform, ...]:
    """Every mend for a target version, in order."""
    return (
        obsolete_versions.MEND,
        server_fields.MEND,
        metadata_keys.PODMANS,
        ConvertScalars(schemas, version),
        metadata_keys.SYNTAX,
        tmpfs.MEND,
        volumes.OPTIONS,
        volumes.UNNAMED,
        volumes.TWINS,
        volumes.TWIN_MOUNTS,
        peer_names.MEND,  # before the Services lose the names that are looked for
        ValidNames(),
        hosts.MEND,
        volumes.MISSING,
        spelling.MEND,
        ports.MEND,
        service_ports.MEND,
        selectors.MEND,
        scheduling.MEND,
        restart_policy.MEND,
        capabilities.MEND,
        proc_mount.MEND,
        quantities.MEND,
        DropUnknownFields(schemas, version),
        ConvertScalars(schemas, version),
    )
