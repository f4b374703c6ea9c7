"""Expressions: what they give, what they refuse and where they say so, and that nothing can be reached through them."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.errors import SceneError
from installation.scene.expressions import ExpressionError, compile_expression
from installation.scene.functions import FUNCTIONS, SIGNALS

NOW = {**dict.fromkeys(SIGNALS, 0.5), "time": 2.0, "year": 2005.0}


def column(function: str, table: str, name: str) -> float:
    if (table, name) != ("teeth", "decay"):
        raise SceneError(f'table "{table}" has no column "{name}"', hint='did you mean "decay"?')
    return {"mean": 2.5, "max": 7.0}.get(function, 1.0)


def value(text: str, **values: float) -> object:
    return compile_expression(text, NOW, column)(NOW | values)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("= 1 + 2 * 3 - 4 / 8", 6.5),
        ("= -time ** 2", -4.0),
        ("= 2 ** 0.5", math.sqrt(2)),
        ("= 7 // 2 + 7 % 4", 6.0),
        ("= -1 % 4", 3.0),
        ("= 0.5 + 0.3 * sin(time)", 0.5 + 0.3 * math.sin(2)),
        ("=pi + tau", 3 * math.pi),
        ("= 1 if time > 1 and not presence > 0.9 else 0", 1.0),
        ("= 1 < time <= 2", 1.0),
        ("= time == 2 or 1 / 0", 1.0),
        ("= true + false", 1.0),
        ("= min(3, time, 9) + max(1, 2)", 4.0),
        ("= clamp(5, 0, 1) + mix(10, 20, 0.25) + step(1, time)", 14.5),
        ("= smoothstep(0, 1, 0.5) + smoothstep(1, 1, 2) + smoothstep(2, 0, 1)", 2.0),
        ("= floor(-1.5) + ceil(1.2) + round(2.5) + sign(-3)", 2.0),
        ("= fract(-0.25) + mod(-1, 4) + abs(-2)", 5.75),
        ("= pow(2, 3) + sqrt(9) + exp(0) + log(1)", 12.0),
        ("= pulse(4)", 1.0),
        ("= mean(teeth.decay) / max(teeth.decay)", 2.5 / 7),
        ("= year - 2000", 5.0),
        ("= [centre_x, 1 - time]", (0.5, -1.0)),
        ("= 1, 0, 0", (1.0, 0.0, 0.0)),
        ("= time\n  + 1", 3.0),
        ("  =  (3)  ", 3.0),
        ("3", 3.0),
    ],
)
def test_an_expression_gives_its_value(text: str, expected: object) -> None:
    assert value(text) == pytest.approx(expected)


def test_noise_is_smooth_even_and_always_the_same() -> None:
    noise = compile_expression("= noise(time, 3)")
    values = [float(noise(NOW | {"time": i / 50})) for i in range(5000)]  # type: ignore[arg-type]
    assert values == [noise(NOW | {"time": i / 50}) for i in range(5000)]
    assert max(abs(a - b) for a, b in itertools.pairwise(values)) < 0.05
    assert 0 <= min(values) < 0.1
    assert 0.9 < max(values) <= 1
    assert sum(values) / len(values) == pytest.approx(0.5, abs=0.1)
    assert values != [value("= noise(time, 4)", time=i / 50) for i in range(5000)]


def test_what_can_not_be_worked_out_gives_the_last_good_value() -> None:
    expression = compile_expression("= 1 / reveal")
    assert expression(NOW) == 2.0
    for broken in ({"reveal": 0.0}, {"reveal": math.nan}, {"reveal": 1e-320}):
        assert expression(NOW | broken) == 2.0
    assert expression({}) == 2.0
    assert expression.failures == 4
    assert expression.trouble == "there is no value 'reveal'"
    assert expression(NOW | {"reveal": 4.0}) == 0.25


def test_before_the_first_good_value_stands_the_parameters_default() -> None:
    expression = compile_expression("= [1 / reveal, 0]").fresh((0.3, 0.4))
    assert expression(NOW | {"reveal": 0.0}) == (0.3, 0.4)
    assert expression.fresh((0.0, 0.0)).failures == 0, "a fresh one has its own memory"


def test_an_expression_names_what_it_reads() -> None:
    expression = compile_expression("= sin(presence) + pulse(3) + year", NOW)
    assert expression.names == {"presence", "time", "year"}
    assert compile_expression("= [1, 2]").size == 2


@pytest.mark.parametrize(
    ("text", "offset", "message", "hint"),
    [
        ("= tim * 2", 2, 'unknown name "tim"', 'did you mean "time"?'),
        ("= 1 + sni(2)", 6, 'unknown function "sni"', 'did you mean "sin"?'),
        ("= time(2)", 2, '"time" is a value, not a function', ""),
        ("= 2 * sin", 6, '"sin" is a function', "write sin(…)"),
        ("= clamp(1, 2)", 2, "clamp can't take 2 numbers", "write clamp(x, low, high)"),
        ("= mean(3)", 2, "mean wants a table's column", "write mean(table.column)"),
        ("= mean(teeth.decya)", 7, 'table "teeth" has no column "decya"', 'did you mean "decay"?'),
        ("= teeth.decay", 2, '"." stands only between a table and its column', "write mean(table.column)"),
        ("= (1 + 2", 2, '"(" is not closed', "inside { } and [ ], an expression with commas needs quotes"),
        ("= 1 + 2)", 7, '")" closes nothing that is open', ""),
        ("= 1 +", 5, "something is missing at the end", ""),
        ("= 1 2", 4, '"2" can\'t stand here', ""),
        ("= 3x", 2, "this is not a number", "a name begins with a letter"),
        ("= a = 3", 4, '"=" can\'t stand here', 'compare with "=="'),
        ("= time && 1", 7, '"&" can\'t stand in an expression', 'write "and"'),
        ("= !time", 2, '"!" can\'t stand in an expression', 'write "not"'),
        ("= time ? 1 : 2", 7, '"?" can\'t stand in an expression', 'write "a if condition else b"'),
        ("= 3 − 2", 4, '"−" is a typographic minus', 'write "-"'),
        ("= #ff0000", 2, '"#" can\'t stand in an expression', 'a colour is written without "="'),
        ("= 'red'", 2, "text can't stand in an expression", "expressions hold numbers"),
        ("= 1e999", 2, "this number is too large", ""),
        ("= 1 / 0", 2, "this can't be worked out: division by zero", ""),
        ("= [1, [2, 3]]", 6, "a list can only be the whole expression", "write = [x, y]"),
        ("= [1]", 2, "a list holds 2, 3 or 4 numbers", ""),
        ("=", 0, 'there is nothing after "="', "for example: = 0.5 + 0.3 * sin(time)"),
        ("= " + "1" * 500, 0, "an expression may have at most 500 characters, this has 502", ""),
        ("= " + "(" * 240 + "1" + ")" * 240, 202, "this is nested too deeply", ""),
        ("= " + "-" * 60 + "1", 34, "this is nested too deeply", "at most 32 levels"),
    ],
)
def test_a_mistake_is_told_at_its_character(text: str, offset: int, message: str, hint: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text, NOW, column)
    problem = caught.value.problems[0]
    assert (caught.value.offset, problem.message) == (offset, message)
    assert problem.hint.startswith(hint)


@pytest.mark.parametrize(
    "attack",
    [
        "__import__('os').system('id')",
        "__builtins__",
        "open(1)",
        "time.__class__.__base__.__subclasses__()",
        "(1).__class__",
        "sin.__globals__",
        "().__class__",
        "[x for x in (1,)][0]",
        "(lambda: 1)()",
        "{}.__class__",
        "time[0]",
        "f'{time}'",
        "b'x'",
        "(x := 3)",
        "sin(*[1])",
        "sin(**{})",
        "sin(x=1)",
        "eval(1)",
        "getattr(time, 1)",
        "exec",
        "mean.__self__(teeth.decay)",
        "mean(teeth.decay.real)",
        "mean(teeth.__class__)",
        "max(_v)",
        "_v",
        "yield",
        "await time",
        "time if time",
        "1j",
        "...",
        "None",
        "9 ** 9 ** 9 ** 9",
        "9999999999 ** 9999999999",
        "1 << 99999999",
        "time @ time",
        "time is time",
        "1 in [1]",
        "'a' * 9999999999",
        "[0] * 9999999999",
        "import os",
        "time; time",
        "\x00",
        "time\\\n+1",
        "ｔime",
    ],
)
def test_nothing_else_can_be_reached(attack: str) -> None:
    with pytest.raises(ExpressionError):
        compile_expression("= " + attack, NOW, column)


def test_a_power_is_bounded_while_playing() -> None:
    expression = compile_expression("= time ** time ** time")
    assert expression(NOW | {"time": 1e9}) == 0.0
    assert compile_expression("= (0 - time) ** 0.5")(NOW) == 0.0, "no complex numbers"


PARTS = [*SIGNALS, *FUNCTIONS, "teeth.decay", "mean(", "[", "]", "(", ")", ",", "+", "-", "*", "/", "//", "%", "**"]
PARTS += ["<", "==", "and", "or", "not", "if", "else", "0", "1", "2.5", "1e9", "True", "lambda", "for", "in", ".", "="]
NUMBERS = st.sampled_from([0.0, -1.0, 0.5, 1e308, -1e308, 1e-320, math.inf, math.nan])


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PARTS), max_size=12).map(" ".join) | st.text(max_size=40), NUMBERS)
def test_any_text_is_refused_or_never_raises(text: str, number: float) -> None:
    try:
        expression = compile_expression("= " + text, SIGNALS, column)
    except SceneError:
        return
    result = expression(dict.fromkeys(SIGNALS, number))
    for item in result if isinstance(result, tuple) else (result,):
        assert math.isfinite(item)


@given(st.sampled_from(sorted(FUNCTIONS)), st.lists(NUMBERS | st.floats(), min_size=4, max_size=4))
def test_no_function_raises_for_any_number(name: str, numbers: list[float]) -> None:
    function = FUNCTIONS[name]
    names = ["time", "motion", "reveal", "cracks"][: min(function.most, 4)]
    expression = compile_expression(f"= {name}({', '.join(names[: max(function.least, 1)])})")
    assert math.isfinite(expression(dict(zip(["time", "motion", "reveal", "cracks"], numbers, strict=True))))  # type: ignore[arg-type]


def test_every_function_says_how_it_is_written() -> None:
    for name, function in FUNCTIONS.items():
        assert function.usage.startswith(f"{name}(")
        assert function.help
