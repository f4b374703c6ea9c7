"""How a film is encoded: which codec a name and an ending mean, in what pixels, how fine, and with what settings.

Nothing is encoded here. Every setting is such that the same frames give the same bytes: a fixed number of threads, no
names of programs in the file (`+bitexact`), none of the tables that read memory they don't own. Called by film, recording
and joining.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from installation.errors import Location, OutputError, did_you_mean

Quality: TypeAlias = Literal["draft", "good", "best"]
QUALITIES: tuple[Quality, ...] = ("draft", "good", "best")

CONTAINERS = {
    ".mp4": ("mp4", ("h264", "h265")),
    ".mov": ("mov", ("prores", "h264", "h265")),
    ".mkv": ("matroska", ("ffv1", "h264", "h265", "prores")),
}
"""By ending: libav's name of the container, and the codecs that players expect in it, the usual one first."""

MOST_PIXELS = 1 << 28
"""Of a picture: libav counts its bytes in 31 bits, eight for each pixel."""


@dataclass(frozen=True, slots=True)
class Codec:
    """`pixels` are those of 8-bit frames, `deep` those of 16-bit ones; `even`: what width and height are multiples of;
    `largest`: pixels a side.

    `levels`: by quality, what is set; `live`: what is set over that where a show plays meanwhile.
    """

    name: str
    encoder: str
    pixels: str
    deep: str
    even: tuple[int, int]
    largest: int
    threads: int
    options: Mapping[str, str]
    levels: Mapping[Quality, Mapping[str, str]]
    live: Mapping[str, str]
    tag: str = ""
    """The four letters by which Apple's players know it."""
    intra: bool = False
    """Whether every frame stands by itself."""
    late: int | None = None
    """By how many frames a film is decoded after it begins, where the encoder's own word for it can't be trusted."""

    @property
    def rgb(self) -> bool:
        return self.pixels == "bgr0"


# x264 gives other bytes for other numbers of threads; on 2 cores 4 measured as fast as 2. Without mbtree, whose assembly
# reads past its rows when the width is no multiple of 128: then films of the same frames differed with what the memory
# held before (seen by MALLOC_PERTURB_). Costs bytes, not quality.
H264 = Codec(
    "h264",
    "libx264",
    "yuv420p",
    "",
    (2, 2),
    16384,
    4,
    {"preset": "veryfast", "flags": "+bitexact+cgop", "x264-params": "mbtree=0"},
    {"draft": {"crf": "26"}, "good": {"crf": "18"}, "best": {"crf": "14", "preset": "medium"}},
    {"preset": "superfast", "bf": "0", "refs": "1"},
)
# x265's cutree is x264's mbtree; its frame threads are counted in `pools`, or every machine would have its own. Of a film
# that ends before its third frame (b-pyramid's delay is two) it takes the times of decoding from memory that nobody set.
H265 = Codec(
    "h265",
    "libx265",
    "yuv420p10le",
    "yuv420p10le",
    (2, 2),
    65534,
    1,
    {
        "preset": "veryfast",
        "flags": "+bitexact+cgop",
        "x265-params": "log-level=none:pools=4:frame-threads=2:no-cutree=1:no-open-gop=1:no-info=1",
    },
    {"draft": {"crf": "28"}, "good": {"crf": "20"}, "best": {"crf": "15", "preset": "medium"}},
    {"preset": "ultrafast"},
    tag="hvc1",
    late=2,
)
PRORES = Codec(
    "prores",
    "prores_ks",
    "yuv422p10le",
    "yuv422p10le",
    (2, 2),
    65534,
    4,
    {"flags": "+bitexact", "vendor": "apl0"},
    {"draft": {"profile": "lt"}, "good": {"profile": "standard"}, "best": {"profile": "hq"}},
    {"profile": "lt"},
    intra=True,
)
FFV1 = Codec(
    "ffv1",
    "ffv1",
    "bgr0",
    "gbrp16le",
    (1, 1),
    65535,
    4,
    {"flags": "+bitexact", "level": "3", "g": "1", "slices": "4", "slicecrc": "1"},
    {quality: {} for quality in QUALITIES},  # nothing is lost at any
    {},
    intra=True,
)
CODECS = {codec.name: codec for codec in (H264, H265, PRORES, FFV1)}
PICTURES = ("png", "exr")
"""What the pictures of a folder may be."""


def codec_for(path: Path, name: str | None) -> Codec:
    """The codec that a name means for a film of this ending; the ending's usual one without a name. Raises OutputError."""
    ending = path.suffix.lower()
    known = CONTAINERS[ending][1]
    if name is None:
        return CODECS[known[0]]
    if name in known:
        return CODECS[name]
    if name not in CODECS:
        hint = (
            "png and exr are for folders of pictures" if name in PICTURES else did_you_mean(name, known, label="codecs")
        )
        raise OutputError(f'there is no codec "{name}" for films', Location(str(path)), hint)
    fits = [other for other, (_, codecs) in CONTAINERS.items() if name in codecs]
    raise OutputError(
        f"a {ending} holds no {name} that players would know",
        Location(str(path)),
        f"name it {' or '.join(path.stem + other for other in fits)}, or choose from {', '.join(known)}",
    )


def settings(codec: Codec, quality: Quality, live: bool = False, gop: int = 0) -> dict[str, str]:
    """What the encoder is told; `gop`: a picture that stands by itself at least every so many frames."""
    found = {**codec.options, **codec.levels[quality], **(codec.live if live else {})}
    return {**found, "g": str(gop)} if gop and not codec.intra else found
