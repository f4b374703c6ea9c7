"""The operator's page in a real Chromium, on a show that plays: GO by mouse, thumb and key, guards, values, several pages."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playing import Playing, until
from test_page import FLAGS, becomes, chromium  # noqa: F401

from shows import filled, write_show

pytestmark = [
    pytest.mark.browser,
    pytest.mark.gl,
    pytest.mark.skipif(sys.platform == "win32", reason="Debian's Chromium"),
]

SCENES = {"red": filled("#ff0000"), "green": filled("#00ff00"), "blue": filled("#0000ff")}
CUES = """rest: red
double_go: 0.05
cues:
  - {number: 1, name: Doors, scene: red, fade: 0, colour: blue, notes: The foyer is dark.}
  - {number: 2, name: Act one, scene: green, fade: 0}
  - {id: chapter, number: 3, name: Act two, group: list, cues: [
      {number: 3.1, name: Slow, scene: blue, fade: 60},
      {number: 3.2, name: Broken, scene: nowhere}]}
  - {number: 4, name: Late, pre_wait: 50, continue: auto-follow}
  - {number: 5, name: Last, scene: red, fade: 0}
"""
OPACITY = "/scene/red/fill/opacity"
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_show(tmp_path_factory.mktemp("desk") / "small", SCENES, CUES)


@pytest.fixture(scope="module")
def show(folder: Path) -> Iterator[Playing]:
    with Playing(folder) as playing:
        yield playing


class Desk:
    """A page, and what it complained of and asked for."""

    def __init__(self, browser: Any, url: str, **options: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(url)
        self.page.wait_for_selector("body[data-engine=running][data-may~=edit]")
        becomes(self.page, "#cues", "Act one")

    def ready(self) -> None:
        """After a GO: the double-GO guard is down again."""
        self.page.wait_for_selector("#go:not(.gone)")

    def stands(self, words: str) -> None:
        becomes(self.page, "#cue-standing", words)


@pytest.fixture
def desk(show: Playing, chromium: Any) -> Iterator[Any]:  # noqa: F811
    """Opens pages on a show that has been reset; afterwards none may have complained, or asked anybody else."""
    show.cue("reset")
    opened: list[Desk] = []

    def open_page(**options: Any) -> Desk:
        opened.append(Desk(chromium, show.console, **options))
        opened[-1].stands("Doors")
        return opened[-1]

    yield open_page
    for one in opened:
        one.context.close()
        assert [said for said in one.complaints if "getImageData" not in said] == []  # those are the tests' own
        assert all(url.startswith(show.console) for url in one.asked)


def current(show: Playing, number: str) -> None:
    show.until(lambda status: status["cue"]["current"] == number, f"cue {number}")


def test_go_by_click_and_by_space_and_the_playhead_by_arrows(desk: Any, show: Playing) -> None:
    one = desk()
    becomes(one.page, "#cue-then", "2 Act one")
    one.page.click("#go")
    current(show, "1")
    one.stands("Act one")
    one.ready()
    one.page.keyboard.press("Space")  # the button has the focus still: once, not twice
    current(show, "2")
    one.stands("Slow")
    one.page.keyboard.press("ArrowUp")
    one.stands("Act one")
    assert one.page.is_visible("#cue-jump")
    assert one.page.get_attribute("#cues tr[data-id=act-one]", "data-stands") == "yes"


def test_go_under_a_thumb(desk: Any, show: Playing) -> None:
    one = desk(**PHONE)
    box = one.page.locator("#go").bounding_box()
    assert box["height"] >= 100 and box["width"] >= 180 and box["y"] + box["height"] <= 844
    one.page.tap("#go")
    current(show, "1")
    for part in ("wall", "values", "problems", "health", "log", "show"):
        one.page.tap(f".tabs [data-go={part}]")
        assert one.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), part
        assert one.page.is_visible("#go")


def test_space_in_a_field_is_a_space_and_escape_leaves_it_without_panic(desk: Any, show: Playing) -> None:
    one = desk()
    one.page.keyboard.press("/")
    one.page.keyboard.type("act two ")
    assert one.page.input_value("#cue-search") == "act two "
    one.page.keyboard.press("Escape")
    assert one.page.evaluate("document.activeElement === document.body")
    status = show.status()
    assert status["cue"]["standing_by"] == "1" and not status["cue"]["triggers_held"]
    assert one.page.locator("#cues tbody tr").count() == 1


def test_a_fade_time_goes_with_the_next_go_only(desk: Any, show: Playing) -> None:
    one = desk()
    one.page.keyboard.press("Space")
    current(show, "1")
    one.page.fill("#go-fade", "40")
    one.page.keyboard.press("Escape")
    one.ready()
    one.page.keyboard.press("Space")
    status = show.until(lambda told: told["cue"]["running"], "a cue that runs")
    assert status["cue"]["running"][0]["remaining"] > 30
    assert one.page.input_value("#go-fade") == ""


def test_panic_is_under_a_guard_and_escape_is_not(desk: Any, show: Playing) -> None:
    one = desk()
    one.page.click("#panic")
    becomes(one.page, "#panic", "now?")
    assert not show.status()["cue"]["triggers_held"]
    one.page.wait_for_timeout(350)  # a second press that comes sooner is a finger that trembles
    one.page.click("#panic")
    show.until(lambda status: status["cue"]["triggers_held"], "the panic")
    one.page.wait_for_selector("body.panicked")
    becomes(one.page, "#panic", "At once!")  # for as long as it fades, one press more is enough
    becomes(one.page, "#panic", "Panic")
    one.page.keyboard.press("Space")
    show.until(lambda status: not status["cue"]["triggers_held"], "GO after it")
    one.page.keyboard.press("Escape")
    show.until(lambda status: status["cue"]["triggers_held"], "the panic by key")


def test_after_a_panic_a_phone_says_what_is_on_the_wall_and_hides_no_button(desk: Any, show: Playing) -> None:
    one = desk(**PHONE)
    show.cue("go", "2")
    becomes(one.page, "#cue-now", "Now 2")
    one.page.wait_for_selector("#cues tr[data-id=act-one][data-now]")
    one.page.tap("#more")
    one.page.tap("#panic")
    becomes(one.page, "#panic", "now?")
    one.page.wait_for_timeout(350)
    one.page.tap("#panic")
    becomes(one.page, "#toast", "fades to rest")
    told = one.page.locator("#toast").bounding_box()
    buttons = [
        one.page.locator(f"#{name}").bounding_box()
        for name in ("pause", "stop", "panic", "reset", "back", "go", "more")
    ]
    assert told["y"] > 0 and all(told["y"] + told["height"] <= box["y"] for box in buttons)
    becomes(one.page, "#cue-now", "One colour, after panic")
    assert not one.page.locator("#cues tr[data-now]").count()
    show.cue("go", "5")
    becomes(one.page, "#cue-now", "Now 5")


def test_on_a_phone_a_warning_is_one_word_in_the_log(desk: Any, show: Playing) -> None:
    show.cue("set", "/nonsense/that/is/as/long/as/an/address/may/well/be", "1")
    one = desk(**PHONE)
    one.page.tap(".tabs [data-go=log]")
    becomes(one.page, "#log", "as/an/address")
    word = one.page.locator("#log .warning b").last.bounding_box()
    words = one.page.locator("#log .warning span").last.bounding_box()
    assert word["width"] > 2 * word["height"] and words["width"] > 300


def test_an_enter_that_is_held_presses_once(desk: Any, show: Playing) -> None:
    one = desk()

    def hold(button: str) -> None:
        one.page.focus(button)
        for _ in range(12):
            one.page.keyboard.down("Enter")
            one.page.wait_for_timeout(40)
        one.page.keyboard.up("Enter")

    hold("#go")
    one.stands("Act one")
    assert show.status()["cue"]["current"] == "1"
    hold("#panic")  # lifts the guard, and no more
    becomes(one.page, "#panic", "now?")
    assert not show.status()["cue"]["triggers_held"]


def test_a_double_click_is_no_jump(desk: Any, show: Playing) -> None:
    one = desk()
    one.page.click("#cues tr[data-id=last]")
    one.page.dblclick("text=GO to it")
    becomes(one.page, "#cues", "Really?")
    assert show.status()["cue"]["current"] != "5"
    one.page.wait_for_timeout(350)
    one.page.click("text=Really?")
    current(show, "5")


def test_the_reveal_is_under_a_guard(desk: Any, show: Playing) -> None:
    one = desk()
    assert one.page.is_hidden("#reveal-slider")
    one.page.click("#reveal-lift")
    one.page.locator("#reveal-slider").focus()
    one.page.keyboard.press("End")
    show.until(lambda status: status["reveal"]["level"] == 1.0, "the reveal")
    becomes(one.page, "#reveal-level", "100 %")
    one.page.keyboard.press("r")
    assert one.page.is_hidden("#reveal-slider")


def test_what_runs_is_held_and_ended_by_itself_and_the_broken_cue_says_why(desk: Any, show: Playing) -> None:
    one = desk()
    becomes(one.page, "#cues tr[data-id=broken]", "there is no scene")
    becomes(one.page, "#problems", "")
    one.page.click("#cues tr[data-id=late]")
    one.page.click("tr.detail >> text=Start")
    becomes(one.page, "#runs", "pre-wait")
    one.page.click("#runs .pause")
    show.until(lambda status: status["cue"]["running"][0]["paused"], "the pause")
    becomes(one.page, "#runs", "paused")
    one.page.click("#runs [aria-label='Stop 4']")
    show.until(lambda status: not status["cue"]["running"], "the end")
    one.page.wait_for_selector("#running", state="hidden")
    one.page.click("tr.detail >> text=Disarm")
    becomes(one.page, "#cues tr[data-id=late]", "disarmed")
    show.cue("reset")
    one.page.wait_for_selector("#cues tr[data-id=late]:not(.disarmed)")


def test_a_group_folds_and_a_search_finds_what_is_in_it(desk: Any) -> None:
    one = desk()
    one.page.click("[aria-label='Fold Act two']")
    assert one.page.locator("#cues tr[data-id=slow]").count() == 0
    one.page.fill("#cue-search", "slow")
    assert one.page.locator("#cues tr[data-id=slow]").count() == 1


def test_a_value_moves_the_wall_and_not_the_file(desk: Any, show: Playing, folder: Path) -> None:
    one = desk()
    one.page.click("#go")
    current(show, "1")
    file = folder / "scenes" / "red.yaml"
    before = file.read_bytes()
    value = one.page.locator(f".value[data-address='{OPACITY}']")
    slider = value.locator("input[type=range]")
    assert value.locator(".range").inner_text() == "0 – 1"
    slider.focus()
    one.page.keyboard.press("Home")
    red = "[...document.getElementById('picture').getContext('2d').getImageData(2, 2, 1, 1).data][0]"
    one.page.wait_for_function(f"() => {red} < 40")
    becomes(one.page, f".value[data-address='{OPACITY}'] .owner", "by hand")
    becomes(one.page, "#file-state", "1 by hand")
    assert file.read_bytes() == before
    value.locator(".short").fill("0.5")
    one.page.keyboard.press("Enter")
    one.page.wait_for_function(f"() => {red} > 90 && {red} < 220")
    value.locator(".back").click()
    one.page.wait_for_function(f"() => {red} > 220")
    becomes(one.page, "#file-state", "Every value is as its file says")


def test_only_values_of_the_scene_on_the_wall_are_there_until_all_are_wanted(desk: Any, show: Playing) -> None:
    one = desk()
    one.page.click("#go")
    current(show, "1")
    becomes(one.page, "#values", "opacity")
    one.page.wait_for_selector(f".value[data-address='{OPACITY}']")
    other = one.page.locator(".value[data-address='/scene/blue/fill/opacity']")
    assert other.count() == 0
    one.page.click("#value-all")
    other.wait_for()
    one.page.fill("#value-search", "blue tint")
    assert one.page.locator(".value").count() == 1
    assert one.page.locator(".value input[type=color]").input_value() == "#0000ff"


def test_several_pages_stay_in_step(desk: Any, show: Playing) -> None:
    one, other, phone = desk(), desk(), desk(**PHONE)
    one.page.click("#go")
    current(show, "1")
    for each in (one, other, phone):
        each.stands("Act one")
    phone.page.tap(".tabs [data-go=values]")
    slider = other.page.locator(f".value[data-address='{OPACITY}'] input[type=range]")
    slider.focus()
    other.page.keyboard.press("Home")
    for each in (one, phone):
        each.page.wait_for_function(
            f"() => document.querySelector(\"[data-address='{OPACITY}'] input\")?.value === '0'"
        )
    other.page.click("#panic")
    assert "Panic now?" not in one.page.inner_text("#panic")  # a guard is lifted by whoever lifts it


def test_a_click_on_the_picture_asks_what_stands_there(desk: Any) -> None:
    one = desk()
    one.page.wait_for_selector("#veil", state="hidden")
    one.page.click("#picture")
    becomes(one.page, "#evidence", "Nothing from data stands here.")


def test_the_log_is_told_and_chosen_by_its_level(desk: Any, show: Playing) -> None:
    show.cue("go", "no-such-cue")
    one = desk()
    one.page.keyboard.press("4")
    becomes(one.page, "#log", "no-such-cue")
    one.page.click("[data-level=error]")
    assert "no-such-cue" not in one.page.inner_text("#log")


def test_the_keys_are_told_and_do_nothing_while_they_are(desk: Any, show: Playing) -> None:
    one = desk()
    one.page.keyboard.press("?")
    becomes(one.page, "#keys", "panic")
    one.page.keyboard.press("Space")  # closes it, as its button has the focus; no GO
    one.page.keyboard.press("Escape")
    assert show.status()["cue"]["standing_by"] == "1"


def test_everything_that_can_be_pressed_has_a_name(desk: Any) -> None:
    one = desk()
    one.page.click("#cues tr[data-id=late]")
    one.page.click("#value-all")
    nameless = one.page.evaluate(
        "() => [...document.querySelectorAll('button, input, select, [tabindex]')].filter((one) => !(one.textContent.trim()"
        " || one.getAttribute('aria-label') || one.labels?.length)).map((one) => one.outerHTML)"
    )
    assert nameless == []


def test_what_go_would_show_is_drawn_ahead(desk: Any) -> None:
    one = desk()
    one.page.wait_for_selector("#blind-veil", state="hidden", timeout=150_000)
    pixel = "document.getElementById('blind').getContext('2d').getImageData(9, 9, 1, 1).data"
    one.page.wait_for_function(f"() => {pixel}[0] > 200 && {pixel}[1] < 60")  # the first cue is red
    becomes(one.page, "#blind-cue", "1")


def test_an_engine_that_is_killed_and_started_again_finds_its_pages(folder: Path, chromium: Any) -> None:  # noqa: F811
    with Playing(folder) as first:
        port = int(first.console.rstrip("/").rpartition(":")[2])
        one = Desk(chromium, first.console)
        first.process.send_signal(signal.SIGKILL)
        becomes(one.page, "#veil", "engine has stopped")
        assert one.page.is_disabled("#go")
    with Playing(folder, console_port=port) as again:
        becomes(one.page, "#link", "Live")
        until(lambda: one.page.is_enabled("#go"), "GO")
        one.page.click("#go")
        current(again, "2")  # it opens with its first cue
        one.context.close()


def test_a_go_that_nobody_hears_is_told_and_costs_nothing(folder: Path, chromium: Any) -> None:  # noqa: F811
    with Playing(folder) as show:
        one = Desk(chromium, show.console)
        one.page.fill("#go-fade", "7")
        one.page.keyboard.press("Escape")
        show.child("installation.console.server").kill()
        one.page.wait_for_selector("body[data-engine=lost]")
        assert one.page.is_disabled("#go")
        one.page.keyboard.press("Space")
        becomes(one.page, "#toast", "not sent")
        assert one.page.input_value("#go-fade") == "7"
        becomes(one.page, "#link", "Live")
        until(lambda: one.page.is_enabled("#go"), "GO")
        show.process.send_signal(signal.SIGSTOP)
        try:
            one.page.keyboard.press("Space")
            one.page.keyboard.press("Space")
            becomes(one.page, "#toast", "has not answered")
            becomes(one.page, "#go-why", "no engine")
        finally:
            show.process.send_signal(signal.SIGCONT)
        current(show, "2")  # once: it opened with its first
        one.context.close()


def test_a_page_without_rights_shows_what_it_may_not_do(folder: Path, chromium: Any, tmp_path: Path) -> None:  # noqa: F811
    site = tmp_path / "site.yaml"
    site.write_text(
        "passcodes: [{code: look, rights: [view]}, {code: run-it, rights: [control]}]\nosc: {trusted: [192.0.2.1]}\n"
    )
    with Playing(folder, "--site", site) as show:
        context = chromium.new_context()
        page = context.new_page()
        page.goto(show.console)
        page.wait_for_selector("#enter[open]")
        assert page.inner_text("#scene") in ("Console", "No scene")
        page.fill("#code", "look")
        page.keyboard.press("Enter")
        becomes(page, "#role", "View only")
        becomes(page, "#go-why", "view only")
        assert page.is_disabled("#go") and page.is_disabled("#panic") and page.is_disabled("#reveal-lift")
        page.click("#role")
        page.fill("#code", "run-it")
        page.keyboard.press("Enter")
        becomes(page, "#role", "May control")
        assert page.is_disabled(".value input >> nth=0")
        page.reload()
        becomes(page, "#role", "May control")  # for this session of the tab
        for seconds in (0.0, 1.1, 2.1):  # somebody at the same machine guesses, until it has to wait for four seconds
            page.wait_for_timeout(1000 * seconds)
            assert httpx.get(f"{show.console}scene", auth=("any", "guess")).status_code == 401
        page.reload()
        becomes(page, "#toast", "not looked at")
        becomes(page, "#role", "May control")  # a right code is not forgotten for that
        assert page.evaluate("localStorage.length") == 0
        context.close()
