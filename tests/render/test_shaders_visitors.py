"""What visitors do to the acts they stand in: the mouth answers, life takes their hue, bots mend, plaster opens round them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from shader_stand import SIZE, Stand

from installation.gpu.device import Device
from installation.gpu.textures import Texture
from installation.params import Value
from installation.render.sight import bodies_picture

pytestmark = pytest.mark.gl

GUESTS, SLOW = 3, 4  # passes of the biofilm, counted from 1


@pytest.fixture
def stand(device: Device) -> Iterator[Stand]:
    made = Stand(device)
    yield made
    made.close()


def silhouettes(*columns: tuple[int, int]) -> NDArray[np.uint8]:
    """People from floor to shoulder in a picture of 64 x 36."""
    mask = np.zeros((SIZE[1], SIZE[0]), np.uint8)
    for left, right in columns:
        mask[4:28, left:right] = 255
    return mask


def mouth(stand: Stand, frames: int, **values: Value) -> NDArray[Any]:
    images = {"mask": stand.picture(silhouettes(), "r8")}
    return stand.draw("mouth", images, values, frames=frames, form="rgba32f")[..., :3].mean(axis=2)


def test_the_mouth_parts_goes_a_little_too_far_and_settles(stand: Stand) -> None:
    mood = [stand.draw("mouth", {}, {"part": 1.0}, frames=n, form="rgba32f", shown=2)[0, 0, 0] for n in (1, 60, 240)]
    assert mood[0] == 0 and 1.0 < mood[1] < 1.15 and mood[2] == pytest.approx(1.0, abs=0.01)


def test_a_smile_lifts_the_corners_of_the_mouth(stand: Stand) -> None:
    def height(picture: NDArray[Any]) -> float:
        corner = picture[:, 11:14].sum(axis=1)
        return float((corner * np.arange(SIZE[1])).sum() / corner.sum())

    assert height(mouth(stand, 90, smile=1.0)) > height(mouth(stand, 90)) + 0.5


def test_the_mouth_turns_to_where_somebody_is(stand: Stand) -> None:
    def middle(picture: NDArray[Any]) -> float:
        light = picture.sum(axis=0)
        return float((light * np.arange(SIZE[0])).sum() / light.sum())

    left, right = (middle(mouth(stand, 90, toward=side, presence=1.0)) for side in (-1.0, 1.0))
    assert right > left + 2


def film(stand: Stand, shown: int, frames: int, mask: NDArray[np.uint8], leaves: int | None = None) -> NDArray[Any]:
    """A pass of the biofilm with the visitors 1 and 2 at the left and right; they leave at a frame."""
    bodies = np.zeros((16, 10), np.float32)
    bodies[0, :5], bodies[1, :5] = (1, 0.25, 0.45, 0.2, 0.7), (2, 0.75, 0.45, 0.2, 0.7)
    seen = stand.picture(mask, "r8")
    images: Mapping[str, Texture] = {"mask": seen, "bodies": stand.picture(bodies_picture(bodies), "rgba32f")}

    def each(index: int) -> None:
        if index == leaves:
            seen.upload(silhouettes())

    return stand.draw("biofilm", images, {}, frames=frames, rate=2.0, form="rgba32f", each=each, shown=shown)


def test_each_visitor_brings_life_of_their_own_and_what_they_bring_stays_a_while(stand: Stand) -> None:
    both = silhouettes((12, 20), (44, 52))
    guests = film(stand, GUESTS, 12, both)
    assert guests[18, 16, :3].argmax() != guests[18, 48, :3].argmax()
    assert guests[18, 16, 3] > 0.9 and guests[18, 32, :3].max() < 0.1
    later = film(stand, GUESTS, 20, both, leaves=12)
    assert later[18, 16, 3] < 0.1 and later[18, 16, :3].max() > 0.5


def test_bots_mend_where_somebody_is_and_it_slowly_decays(stand: Stand) -> None:
    here = silhouettes((12, 20))
    assert film(stand, SLOW, 2, here)[18, 16, 0] < 0.35
    mended = film(stand, SLOW, 24, here)[18, 16, 0]
    after = film(stand, SLOW, 44, here, leaves=24)[18, 16, 0]
    assert mended > 0.85 and 0.5 < after < mended - 0.05


Opened = Callable[[int, int | None], NDArray[np.bool_]]


@pytest.fixture
def opened(stand: Stand) -> Opened:
    """Where the plaster is open, after some frames, before somebody who leaves at a frame."""

    def draw(frames: int, leaves: int | None) -> NDArray[np.bool_]:
        seen = stand.picture(silhouettes((26, 38)), "r8")
        white, red = np.full((1, 1, 4), 255, np.uint8), np.array([[[255, 0, 0, 255]]], np.uint8)
        images = {"mask": seen, "surface": stand.picture(white), "under": stand.picture(red)}

        def each(index: int) -> None:
            if index == leaves:
                seen.upload(silhouettes())

        picture = stand.draw("reveal", images, {}, frames=frames, rate=15.0, form="rgba32f", each=each)
        return np.asarray(picture[..., 1] < 0.5 * picture[..., 0].max())

    return draw


def test_the_plaster_opens_wider_than_a_visitor_and_nowhere_else(opened: Opened) -> None:
    hole = opened(30, None)
    body = silhouettes((26, 38)) > 0
    assert hole[body].mean() > 0.8
    assert hole.sum() > 1.1 * body.sum() and not hole[:, :14].any() and not hole[:, 50:].any()


def test_the_plaster_closes_shard_by_shard_when_they_have_gone(opened: Opened) -> None:
    sizes = [int(opened(30 + after, 30).sum()) for after in (0, 30, 70, 240)]
    assert sizes[0] > sizes[1] > sizes[2] >= sizes[3] == 0
