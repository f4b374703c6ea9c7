"""Staged faults are told from real ones: by name, since when, and in the log once at their beginning and their end."""

from __future__ import annotations

import logging

import pytest

from installation.errors import CommandError
from installation.scene.scores import FaultScore
from installation.show.staging import Staging

LINE = {"fault": "tear", "end": 10, "density": [2, 2]}
SCORES = {
    "break": FaultScore.model_validate({"score": [LINE], "cracks": [0, 0.5], "seed": 4}),
    "storm": FaultScore.model_validate({"score": [LINE], "seed": 5}),
}


def test_a_score_is_named_for_as_long_as_it_plays() -> None:
    staging = Staging(1)
    assert (staging.name, staging.since(5.0), staging.at(5.0), staging.cracks(5.0)) == ("", 0.0, [], 0.0)
    staging.start("break", SCORES, 5.0)
    assert (staging.name, staging.since(8.0)) == ("break", 3.0)
    assert any(staging.at(5.0 + step / 10) for step in range(100))
    assert staging.cracks(15.0) == pytest.approx(0.5)
    staging.end(20.0)
    assert (staging.name, staging.at(9.0), staging.cracks(15.0)) == ("", [], 0.0)


def test_the_log_has_the_beginning_and_the_end_of_each_score_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "installation")
    staging = Staging(1)
    staging.start("break", SCORES, 0.0)
    for step in range(50):
        staging.at(step / 10)
    staging.start("storm", SCORES, 5.0)
    staging.end(9.0)
    staging.end(10.0)
    said = [record.message.split(";")[0] for record in caplog.records]
    assert said == [
        'staged faults begin: score "break"',
        'staged faults end: score "break", after 5 s',
        'staged faults begin: score "storm"',
        'staged faults end: score "storm", after 4 s',
    ]


def test_the_same_seed_stages_the_same_break_and_an_unknown_score_leaves_what_plays() -> None:
    one, same = Staging(7), Staging(7)
    one.start("break", SCORES, 0.0)
    same.start("break", SCORES, 100.0)
    assert [one.at(step / 8) for step in range(200)] == [same.at(100 + step / 8) for step in range(200)]
    with pytest.raises(CommandError, match='no fault score "brake"'):
        one.start("brake", SCORES, 1.0)
    assert one.name == "break"
