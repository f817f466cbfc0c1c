"""Files as one zip archive; the same files are always the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.loss import LossRow, Outcome
from migrations_app.domain.outputs.base import Manifests, Written
from migrations_app.domain.outputs.formats import ONE_FILE, WRITERS

_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODE = 0o644 << 16


def archive(files: Mapping[str, str]) -> bytes:
    """The files in a zip, in order of their names, without times or owners."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, wherever it is made
            entry.external_attr = _MODE
            made.writestr(entry, files[path].encode())
    return packed.getvalue()


def write_everything(manifests: Manifests) -> Written:
    """Every format: single files at the top, the others in folders of their names.

    A format that cannot hold these objects is left out, with the reason among the losses.
    """
    files: dict[str, str] = {}
    loss: list[LossRow] = []
    for name, write in WRITERS.items():
        try:
            written = write(manifests)
        except InvalidInput as error:
            loss.append(LossRow(name, Outcome.DROPPED, "", error.message))
            continue
        folder = "" if name in ONE_FILE else f"{name}/"
        files |= {f"{folder}{path}": text for path, text in written.files.items()}
        loss += written.loss
    return Written(files, tuple(dict.fromkeys(loss)))
