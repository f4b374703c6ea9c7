"""Longitude and latitude laid flat: the whole world, or a region of it, as large as it fits into an area of the canvas.

Pure numpy; never draws. Called by layers that place marks or flows on a map, and by the checks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from installation.data.layouts import Area
from installation.errors import DataError, did_you_mean

Projection: TypeAlias = Literal["equirectangular", "robinson", "equal-earth"]
Region: TypeAlias = tuple[float, float, float, float]
"""West, south, east, north, in degrees; a west that is greater than the east crosses the date line."""

MARGIN = 0.08
"""Of the greater side of what data cover, around them: no mark is cut by the map's edge."""
LEAST = 0.01
"""Degrees around data that all lie in one place: about a kilometre."""
_EDGE = 33
"""Points along each side of a region whose sides may be curves."""

# A. H. Robinson's table, every 5 degrees from the equator: the parallel's length, and its distance from the
# equator, in parts of the pole's (A. H. Robinson, "A new map projection: its development and
# characteristics", Int. Yearbook of Cartography 14, 1974, with the figures as they are published everywhere).
_ROBINSON = np.array(
    [
        *[(1.0, 0.0), (0.9986, 0.062), (0.9954, 0.124), (0.99, 0.186), (0.9822, 0.248), (0.973, 0.31)],
        *[(0.96, 0.372), (0.9427, 0.434), (0.9216, 0.4958), (0.8962, 0.5571), (0.8679, 0.6176)],
        *[(0.835, 0.6769), (0.7986, 0.7346), (0.7597, 0.7903), (0.7186, 0.8435), (0.6732, 0.8936)],
        *[(0.6213, 0.9394), (0.5722, 0.9761), (0.5322, 1.0)],
    ]
)


@dataclass(frozen=True, slots=True)
class Map:
    """The world, or `region` of it, flat by `projection`, with `centre` the longitude in the middle.

    Equirectangular is true at the latitude in the middle of a region (the equator's for the world): there a degree of
    longitude is cos(latitude) as long as one of latitude. Raises DataError for an unknown projection.
    """

    projection: Projection = "equal-earth"
    centre: float = 10.0
    region: Region | None = None

    def __post_init__(self) -> None:
        if self.projection not in _PROJECTIONS:
            raise DataError(f'no projection "{self.projection}"', hint=did_you_mean(self.projection, _PROJECTIONS))

    @classmethod
    def of(cls, region: Region, projection: Projection = "equirectangular") -> Map:
        """A region, with its own middle in the middle."""
        west, _, east, _ = region
        return cls(projection, west + _span(west, east) / 2, region)

    @property
    def radians(self) -> float:
        """How much of the globe lies between its left and its right edge, along its middle latitude."""
        if self.region is None:
            return 2 * np.pi
        west, south, east, north = self.region
        return float(np.radians(_span(west, east)) * np.cos(np.radians((south + north) / 2)))

    def place(
        self,
        lon: ArrayLike,
        lat: ArrayLike,
        area: Area = (0.0, 0.0, 1.0, 1.0),
        aspect: float = 16 / 9,
    ) -> NDArray[np.float32]:
        """Longitude and latitude in degrees to canvas positions, (n, 2).

        The world or the region is laid as large as it fits into the area, in the middle, in its own proportions (`aspect`
        is the canvas's width over its height). What lies outside a region lies beside its area. Missing coordinates (NaN)
        stay NaN.
        """
        west, south, east, north = self._bounds()
        left, bottom, wide, high = area
        scale = min(wide * aspect / (east - west), high / (north - south))
        round_ = np.asarray(lon, np.float64) - self.centre
        # exactly 180 degrees off stays on the side it came from, or a map's edge would fold over
        round_ = np.where(np.abs(round_) > 180.0, (round_ + 180.0) % 360.0 - 180.0, round_)
        flat = self._flat(round_, np.clip(np.asarray(lat, np.float64), -90.0, 90.0))
        x = left + wide / 2 + (flat[..., 0] - (west + east) / 2) * scale / aspect
        y = bottom + high / 2 + (flat[..., 1] - (south + north) / 2) * scale
        return np.stack([x, y], axis=-1).astype(np.float32)

    def _flat(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Degrees from the centre and from the equator, as the projection lays them, in units of its own."""
        flat = _PROJECTIONS[self.projection](np.radians(lon), np.radians(lat))
        if self.projection == "equirectangular" and self.region is not None:
            flat[..., 0] *= np.cos(np.radians((self.region[1] + self.region[3]) / 2))
        return flat

    def _bounds(self) -> tuple[float, float, float, float]:
        """Left, bottom, right and top of what is to be seen, as the projection lays it."""
        if self.region is None:
            corners = self._flat(np.array([-180.0, 0.0, 180.0, 0.0]), np.array([0.0, -90.0, 0.0, 90.0]))
        else:
            west, south, east, north = self.region
            half = _span(west, east) / 2
            across, up = np.meshgrid(np.linspace(-half, half, _EDGE), np.linspace(south, north, _EDGE))
            corners = self._flat(across.ravel(), up.ravel())
        (left, bottom), (right, top) = corners.min(axis=0), corners.max(axis=0)
        return float(left), float(bottom), float(right), float(top)


def extent(lon: ArrayLike, lat: ArrayLike) -> Region | None:
    """The region that holds all places, with a margin; None where there is none. What lies on both sides of the date line
    is kept together: the widest gap between neighbours is left out."""
    given, up = (np.asarray(side, np.float64).reshape(-1) for side in (lon, lat))
    there = np.isfinite(given) & np.isfinite(up)
    if not there.any():
        return None
    round_ = np.unique((given[there] + 180.0) % 360.0 - 180.0)
    gaps = np.diff(np.r_[round_, round_[0] + 360.0])
    widest = int(np.argmax(gaps))
    west, span = float(round_[(widest + 1) % round_.size]), 360.0 - float(gaps[widest])
    south, north = (float(np.clip(end, -90.0, 90.0)) for end in (up[there].min(), up[there].max()))
    short = max(float(np.cos(np.radians((south + north) / 2))), 0.1)
    margin = max(MARGIN * max(span * short, north - south), LEAST)
    south, north = max(south - margin, -90.0), min(north + margin, 90.0)
    if span + 2 * margin / short >= 360.0:
        middle = west + span / 2
        return middle - 180.0, south, middle + 180.0, north
    return west - margin / short, south, west + span + margin / short, north


def _span(west: float, east: float) -> float:
    """Degrees from west to east, above 0 and up to 360."""
    return (east - west) % 360.0 or 360.0


def _equirectangular(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([lon, lat], axis=-1)


def _robinson(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Robinson's table, read with a cubic through four neighbours (Catmull-Rom), so that no kink shows."""
    steps = np.degrees(np.abs(lat)) / 5.0
    length = _cubic(_ROBINSON[:, 0], steps, 1.0)
    height = _cubic(_ROBINSON[:, 1], steps, -1.0)
    return np.stack([0.8487 * length * lon, 1.3523 * height * np.sign(lat)], axis=-1)


def _cubic(table: NDArray[np.float64], steps: NDArray[np.float64], mirror: float) -> NDArray[np.float64]:
    """`mirror` is how the table continues below the equator: 1 even, -1 odd."""
    before = mirror * table[1]
    after = 2 * table[-1] - table[-2]
    padded = np.concatenate([[before], table, [after]])
    clean = np.nan_to_num(steps)
    index = np.clip(np.floor(clean).astype(np.intp), 0, table.size - 2)
    t = steps - index
    a, b, c, d = (padded[index + i] for i in range(4))
    return np.asarray(b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a))))


def _equal_earth(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """B. Šavrič, T. Patterson, B. Jenny, "The Equal Earth map projection", Int. J. Geogr. Inf. Sci. 33(3),
    2019."""
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    root = np.sqrt(3.0)
    theta = np.arcsin(root / 2 * np.sin(lat))
    square = theta * theta
    sixth = square**3
    x = 2 * root * lon * np.cos(theta) / (3 * (a1 + 3 * a2 * square + sixth * (7 * a3 + 9 * a4 * square)))
    y = theta * (a1 + a2 * square + sixth * (a3 + a4 * square))
    return np.stack([x, y], axis=-1)


_PROJECTIONS = {"equirectangular": _equirectangular, "robinson": _robinson, "equal-earth": _equal_earth}
