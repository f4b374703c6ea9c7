"""Test cards: what is on them can be read on any projector."""

from __future__ import annotations

import numpy as np
import pytest

from installation.align.cards import card


@pytest.mark.parametrize(("size", "above", "below"), [((640, 360), 1, 3), ((1920, 1080), 2, 4), ((360, 640), 1, 4)])
def test_no_word_of_the_focus_card_lies_on_another_one_or_on_the_lines(
    size: tuple[int, int], above: int, below: int
) -> None:
    picture = card("focus", size, "left", 0, 2)[::-1, 1:-1, 0] > 90
    height, patch = size[1], min(size) // 4
    middle = (height - patch) // 2
    for top, end, count in ((patch, middle, above), (middle + patch, height - patch, below)):
        inked = picture[top:end].any(axis=1)  # between two rows of squares
        assert not inked[0] and not inked[-1]
        assert np.count_nonzero(~inked[:-1] & inked[1:]) == count, "lines of words, with nothing between them"
