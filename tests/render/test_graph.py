"""The plan of a stack, without GL."""

import pytest

from installation.render.graph import Node, plan


def test_a_layer_that_another_reads_keeps_its_picture() -> None:
    steps = plan([Node("a"), Node("b"), Node("c", reads=("a",))])
    assert [(step.name, step.keep) for step in steps] == [("a", True), ("b", False), ("c", False)]


def test_what_lies_below_is_developed_only_for_who_asks() -> None:
    assert [step.develop for step in plan([Node("a"), Node("b", below=True)])] == [False, True]


def test_a_layer_can_not_read_one_that_is_above_it() -> None:
    with pytest.raises(ValueError, match='"a" reads "b"'):
        plan([Node("a", reads=("b",)), Node("b")])


def test_a_layer_can_not_read_itself() -> None:
    with pytest.raises(ValueError, match='"a" reads "a"'):
        plan([Node("a", reads=("a",))])
