"""Which writer a path asks for: a film by its ending, a still, a folder of numbered pictures. Called by whoever renders."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from installation.errors import Location, OutputError, did_you_mean
from installation.outputs.codecs import CODECS, CONTAINERS, PICTURES, Quality
from installation.outputs.film import FilmWriter
from installation.outputs.frames import FrameWriter
from installation.outputs.pictures import Folder, Still

STILLS = (".png", ".exr")
ENDINGS = (*CONTAINERS, *STILLS)


def kind_of(path: str | Path) -> Literal["film", "still", "folder"]:
    """What a path asks for. Raises OutputError for an ending that means nothing here."""
    target = Path(path)
    ending = target.suffix.lower()
    if target.is_dir() or str(path).endswith(("/", os.sep)) or not ending:
        return "folder"
    if ending in STILLS:
        return "still"
    if ending in CONTAINERS:
        return "film"
    close = did_you_mean(ending, ENDINGS, label="endings")
    raise OutputError(
        f'can\'t write "{ending}" files',
        Location(str(target)),
        f"{close}; a name without an ending is a folder of numbered PNGs",
    )


def writer_for(
    path: str | Path,
    width: int,
    height: int,
    fps: float,
    codec: str | None = None,
    quality: Quality = "good",
    deep: bool = False,
) -> FrameWriter:
    """The writer that a path asks for: `.mp4`, `.mov` or `.mkv` a film, `.png` or `.exr` a still, no ending (or a folder)
    numbered pictures: PNGs, or with the codec `exr` EXRs. `deep`: there are frames of 16 bits to be had.

    Raises OutputError for any other ending, a codec that doesn't go with it, a size that can't be written, a place that
    can't be written to.
    """
    kind = kind_of(path)
    if kind == "film":
        return FilmWriter(path, width, height, fps, codec, quality, deep)
    if kind == "still":
        if codec not in (None, Path(path).suffix.lower()[1:]):
            raise OutputError(
                f'a still is no "{codec}"', Location(str(path)), "its ending says what it is: .png or .exr"
            )
        return Still(path, width, height, deep)
    return Folder(path, width, height, pictures_of(Path(path), codec), deep)


def pictures_of(path: Path, codec: str | None) -> str:
    """What the pictures of a folder are. Raises OutputError for what is no kind of picture."""
    if codec is None or codec in PICTURES:
        return codec or PICTURES[0]
    if codec in CODECS:
        fits = [ending for ending, (_, codecs) in CONTAINERS.items() if codec in codecs]
        raise OutputError(
            f"{codec} is for films, and this is a folder", Location(str(path)), f"name a {' or '.join(fits)}"
        )
    raise OutputError(
        f'there are no "{codec}" pictures', Location(str(path)), did_you_mean(codec, PICTURES, label="kinds")
    )
