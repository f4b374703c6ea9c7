"""Projectors are looked after by PJLink: asked, switched by hand and with the opening hours, and what is wrong is told."""

from __future__ import annotations

import builtins
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from pjlink_stand import StandIn
from playing import until

from installation.errors import CommandError
from installation.gear import pjlink, projectors
from installation.gear.projectors import Address, Projectors
from installation.scene.opening import hours_told, is_lit
from installation.scene.output_site import Opening


class Wall:
    """The clock on the building's wall, which a test turns."""

    def __init__(self, at: str) -> None:
        self.at = datetime.fromisoformat(at)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def stand() -> Iterator[Callable[..., StandIn]]:
    made: list[StandIn] = []

    def make(**given: Any) -> StandIn:
        made.append(StandIn(**given))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def open_it(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Projectors]]:
    for name, seconds in (("EVERY", 0.05), ("SOON", 0.05), ("GLANCE", 0.02), ("SECOND", 0.02), ("LONGEST", 0.1)):
        monkeypatch.setattr(projectors, name, seconds)
    made: list[Projectors] = []

    def open_these(stands: dict[str, StandIn], hours: tuple[str, str] | None = None, **given: Any) -> Projectors:
        addresses = {name: Address("127.0.0.1", one.port, given.get("password")) for name, one in stands.items()}
        opening = [Opening(opens=hours[0], closes=hours[1])] if hours else []
        wall = given.get("local", Wall("2026-11-23 12:00"))
        look = (lambda: (is_lit(opening, wall()), hours_told(opening, wall()))) if hours else None
        made.append(Projectors(addresses, look).start())
        return made[-1]

    yield open_these
    for one in made:
        one.close()


def messages(of: Projectors) -> str:
    return " | ".join(problem.message for problem in of.problems)


def of_left(found: Projectors, key: str) -> object:
    return found.all["left"].status().get(key)


def test_it_says_its_power_shutter_lamps_faults_and_name(stand: Any, open_it: Any) -> None:
    left = stand()
    left.power, left.mute, left.lamps, left.errors = "1", "31", "1200 1 50 0", "002100"
    found = open_it({"left": left})
    until(lambda: of_left(found, "power") == "on", "it answers")
    assert of_left(found, "shutter") == "closed"
    assert of_left(found, "lamp_hours") == [1200, 50]
    assert of_left(found, "called") == "Left of the door"
    assert of_left(found, "faults") == {"temperature": "error", "cover": "warning"}
    assert "projector left: temperature fault" in messages(found) and "cover warning" in messages(found)
    left.errors = "000000"
    until(lambda: not found.problems, "the fault is over")


def test_a_password_is_answered_by_its_challenge_and_a_wrong_one_told_at_once(stand: Any, open_it: Any) -> None:
    left = stand(password="JBMIAProjectorLink")
    good = open_it({"left": left}, password="JBMIAProjectorLink")
    until(lambda: of_left(good, "power") == "off", "it is let in")
    bad = open_it({"left": left}, password="guess")
    until(lambda: "password isn't right" in messages(bad), "a wrong one is told")
    none = open_it({"left": left})
    until(lambda: "password isn't right" in messages(none), "a missing one is told")


def test_a_projector_that_cools_down_is_switched_on_when_it_has(stand: Any, open_it: Any) -> None:
    left = stand()
    left.power = "2"
    found = open_it({"left": left})
    until(lambda: of_left(found, "power") == "cooling", "it cools down")
    found.order(["left"], "power", "on")
    until(lambda: len(left.told("POWR")) > 1, "it is told, and told again")
    assert of_left(found, "wanted") == {"power": "on"}
    left.settle()
    until(lambda: of_left(found, "power") == "warming" and not of_left(found, "wanted"), "it warms up")
    left.settle()
    until(lambda: of_left(found, "power") == "on", "it is on")


@pytest.mark.parametrize("no_sound", [False, True])
def test_a_shutter_closes_and_opens_also_without_sound(stand: Any, open_it: Any, no_sound: bool) -> None:
    left = stand()
    left.power, left.no_sound = "1", no_sound
    found = open_it({"left": left})
    found.order(["left"], "shutter", "closed")
    until(lambda: of_left(found, "shutter") == "closed", "it is closed")
    found.order(["left"], "shutter", "open")
    until(lambda: of_left(found, "shutter") == "open" and not of_left(found, "wanted"), "it is open")


def test_one_that_refuses_is_told_and_not_asked_for_ever(stand: Any, open_it: Any) -> None:
    left = stand()
    left.broken = True
    found = open_it({"left": left})
    found.order(["left"], "power", "on")
    until(lambda: "it says that it has failed" in messages(found), "it is told")
    assert not of_left(found, "wanted") and of_left(found, "power") == "off"
    left.broken = False
    found.order(["left"], "power", "on")
    until(lambda: of_left(found, "power") == "warming" and not found.problems, "the next time it does")


@pytest.mark.parametrize("garbage", [b"\r", b"%1POWR=7\r", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xff\xfe\r", b"%1\r"])
def test_what_is_no_projector_is_told_and_ends_nothing(stand: Any, open_it: Any, garbage: bytes) -> None:
    left = stand()
    left.garbage = garbage
    found = open_it({"left": left})
    until(lambda: "answer" in messages(found), "it is told")
    left.garbage = b""
    until(lambda: of_left(found, "power") == "off" and not found.problems, "it answers")


def test_a_silence_is_a_problem_after_two_minutes_and_what_is_wanted_waits(
    stand: Any, open_it: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = stand()
    port = left.port
    left.close()
    found = open_it({"left": left})
    found.order(["left"], "power", "on")
    until(lambda: of_left(found, "wanted"), "it is wanted")
    assert not found.problems
    monkeypatch.setattr(projectors, "SILENT", 0.05)
    until(lambda: "projector left: no answer" in messages(found), "the silence is told")
    assert of_left(found, "power") == "unknown"
    monkeypatch.setattr(projectors, "SILENT", 120.0)
    back = stand(port=port)
    until(lambda: of_left(found, "power") == "warming" and not found.problems, "it is switched on when it is back")
    assert back.told("POWR") == ["1"]


def test_one_that_hangs_holds_up_no_other(stand: Any, open_it: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pjlink, "PATIENCE", 0.2)
    left, right = stand(), stand()
    left.silent = True
    found = open_it({"left": left, "right": right})
    until(lambda: found.all["right"].status()["power"] == "off", "the other answers")
    found.order(["left", "right"], "power", "on")
    until(lambda: found.all["right"].status()["power"] == "warming", "the other is switched")
    found.close()
    assert not found.workers[0].alive


def test_they_are_switched_with_the_opening_hours_and_a_hand_holds_until_the_next_change(
    stand: Any, open_it: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    left = stand()
    wall = Wall("2026-11-23 17:50")
    found = open_it({"left": left}, hours=("18:00", "22:00"), local=wall)
    until(lambda: of_left(found, "power") == "off", "it answers")
    assert found.status()["opening"] == {"open": False, "opens": "Mon 18:00"} and not left.told("POWR")
    wall.at += timedelta(minutes=5)
    until(lambda: of_left(found, "power") == "warming", "it is on five minutes before")
    left.settle()
    found.order(["left"], "power", "off")
    until(lambda: of_left(found, "power") == "cooling", "a hand has it off")
    left.settle()
    wall.at = datetime.fromisoformat("2026-11-23 19:00")
    until(lambda: found.status()["opening"] == {"open": True, "closes": "Mon 22:00"}, "it is evening")
    assert left.told("POWR") == ["1", "0"] and not found.problems
    found.order(["left"], "power", "on")
    until(lambda: of_left(found, "power") == "warming", "a hand has it on")
    left.settle()
    wall.at = datetime.fromisoformat("2026-11-23 22:01")
    until(lambda: found.status()["opening"] == {"open": False, "opens": "Tue 18:00"}, "it is closed")
    assert left.power == "1"
    wall.at = datetime.fromisoformat("2026-11-23 22:02:01")
    until(lambda: of_left(found, "power") == "cooling", "it is off two minutes after")
    assert "switched off with the opening hours: left" in caplog.text


def test_one_that_stays_is_passed_over_once(stand: Any, open_it: Any) -> None:
    left, right = stand(), stand()
    wall = Wall("2026-11-23 21:00")
    found = open_it({"left": left, "right": right}, hours=("18:00", "22:00"), local=wall)
    until(lambda: left.told("POWR") and right.told("POWR"), "a show that opens in the evening switches them on")
    for one in (left, right):
        one.settle()
    found.order(["left"], "power", "stay")
    until(lambda: of_left(found, "stays"), "it is to stay")
    wall.at += timedelta(hours=2)
    until(lambda: right.told("POWR")[-1] == "0", "the other is off")
    assert left.told("POWR") == ["1"] and not of_left(found, "stays")


def test_one_that_is_off_while_the_room_is_open_is_told_unless_a_hand_wants_it(stand: Any, open_it: Any) -> None:
    left = stand()
    found = open_it({"left": left}, hours=("18:00", "22:00"), local=Wall("2026-11-23 19:00"))
    until(lambda: of_left(found, "power") == "warming", "it is on")
    left.power = "0"
    until(lambda: "projector left is off, and the room is open" in messages(found), "a remote control has it off")
    left.power = "1"
    until(lambda: not found.problems, "it is on again")


def test_a_show_that_opens_by_night_switches_nothing(stand: Any, open_it: Any) -> None:
    left = stand()
    left.power = "1"
    found = open_it({"left": left}, hours=("18:00", "22:00"), local=Wall("2026-11-24 03:00"))
    until(lambda: of_left(found, "power") == "on" and found.status()["opening"], "it answers")
    assert not left.told("POWR")


def test_what_is_no_order_is_refused(stand: Any, open_it: Any) -> None:
    found = open_it({"left": stand()})
    with pytest.raises(CommandError, match="nothing is done by power sideways"):
        found.order(["left"], "power", "sideways")
    with pytest.raises(CommandError, match="no opening hours"):
        found.order(["left"], "power", "stay")


def test_without_the_library_it_is_one_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def absent(name: str, *given: Any) -> Any:
        if name == "aiopjlink":
            raise ModuleNotFoundError(name)
        return real(name, *given)

    monkeypatch.setattr(builtins, "__import__", absent)
    found = Projectors({"left": Address("127.0.0.1"), "right": Address("127.0.0.2")}).start()
    assert messages(found) == "no PJLink: the library aiopjlink2 isn't there" and "projectors" in found.problems[0].hint
    with pytest.raises(CommandError, match="aiopjlink2"):
        found.order(["left"], "power", "on")
    found.close()
