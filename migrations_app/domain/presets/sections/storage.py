"""``storage``: what claims ask for, and how much empty folders may hold."""

from __future__ import annotations

from migrations_app.domain.presets.sections.section import Section
from migrations_app.domain.presets.shape import QUANTITY, Shape, by_name, flag, keys, named, text

_MODES = ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")
_CLASS = named("The StorageClass.")
_MODE = text("Who may mount it.", *_MODES)
_FOLDER = keys(
    "",
    sizeLimit=QUANTITY,
    medium=text("Memory counts against the memory of the containers.", "Memory", ""),
)

SECTION = Section(
    "storage",
    Shape(
        ("object",),
        "What claims ask for, and how much empty folders may hold.",
        keys={
            "class": _CLASS,
            "size": QUANTITY,
            "accessMode": _MODE,
            "expansion": flag("Whether the StorageClasses of the source let claims grow."),
            "claims": by_name(
                keys("", **{"class": _CLASS, "size": QUANTITY, "accessMode": _MODE}),
                "By the name of the claim, of its template or, if ephemeral, of its volume.",
            ),
            "emptyDir": keys(
                "Folders that are empty at first.",
                sizeLimit=QUANTITY,
                volumes=by_name(_FOLDER, "By the name of the volume; wins over the limit of all."),
            ),
        },
    ),
)
