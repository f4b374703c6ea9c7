"""Ableton Link: one tempo and one bar with another session; without the library, one problem."""

from __future__ import annotations

import builtins
from typing import Any

import pytest
from playing import until

from installation.gear.link import LinkSession


def test_two_sessions_agree_on_tempo_and_phase() -> None:
    link = pytest.importorskip("link", reason="LinkPython-extern isn't installed")
    other = link.Link(133.0)
    other.enabled = True
    ours = LinkSession(120.0, 4).start()
    try:
        try:
            until(lambda: (beat := ours.newest.get()) is not None and beat.peers, "the other session", 20.0)
        except AssertionError:
            pytest.skip("no multicast between two sessions on this machine")
        state = other.captureAppSessionState()
        state.setTempo(97.0, other.clock().micros())
        other.commitAppSessionState(state)

        def agree() -> bool:
            beat = ours.newest.get()
            assert beat is not None
            theirs = other.captureAppSessionState()
            phase = theirs.phaseAtTime(other.clock().micros(), 4.0)
            apart = abs(phase - beat.beat % 4.0)
            return (
                abs(beat.tempo - 97.0) < 0.01 and min(apart, 4.0 - apart) < 0.1
            )  # 60 ms: two looks, on a busy machine

        until(agree, "one tempo and one bar")
    finally:
        ours.close()
        other.enabled = False


def test_a_missing_library_is_told_and_the_tempo_runs_on(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *more: Any, **others: Any) -> Any:
        if name == "link":
            raise ModuleNotFoundError(name)
        return real(name, *more, **others)

    monkeypatch.setattr(builtins, "__import__", without)
    session = LinkSession(120.0, 4).start()
    until(lambda: session.problem, "it to be told")
    assert "LinkPython-extern isn't there" in session.problem and "pip install" in session.hint
    session.close()
