"""Drivers' complaints, in the forms of five makers, told once each at the artist's own line and in the artist's own words."""

from __future__ import annotations

import pytest

from installation.errors import Problem
from installation.scene import isf
from installation.scene.isf_block import Block
from installation.scene.isf_glsl import Source, Stage, translate
from installation.scene.isf_log import place_log

FRAGMENT = """/*{}*/
void main() {
  float a = bogus * 2.0;
  vec3 b = vec3(a, bogus);
  float sample = texture2D(x, b);
  gl_FragColor = vec4(b, nothing);
}
"""
VERTEX = "void main() {\n  isf_vertShaderInit();\n  left = 1.0;\n}\n"


@pytest.fixture(scope="module")
def source() -> Source:
    parsed = isf.parse(FRAGMENT, "a.fs", VERTEX)
    return translate(parsed, Block(parsed))


def told(source: Source, log: str, stage: Stage | None = "fragment") -> list[Problem]:
    """`log` counts lines as the artist does: {3} becomes what the driver would say for the third."""
    offset = source.lines[stage or "fragment"].offset
    return list(place_log(log.format(*(str(n + offset) for n in range(20))), source, stage).problems)


def places(problems: list[Problem]) -> list[tuple[str, int]]:
    return [(p.where.path, p.where.line) for p in problems if p.where]


LOGS = {
    "mesa": """0:{3}(13): error: `bogus' undeclared
0:{4}(20): error: `bogus' undeclared
0:{6}(24): error: `nothing' undeclared
0:{6}(18): error: cannot construct `vec4' from a non-numeric data type
""",
    "nvidia": """0({3}) : error C1503: undefined variable "bogus"
0({4}) : error C1503: undefined variable "bogus"
0({5}) : warning C7011: implicit cast from "vec4" to "float"
0({6}) : error C1503: undefined variable "nothing"
""",
    "amd": """Fragment shader failed to compile with the following errors:
ERROR: 0:{3}: error(#143) Undeclared identifier: bogus
ERROR: 0:{4}: error(#143) Undeclared identifier: bogus
ERROR: 0:{6}: error(#143) Undeclared identifier: nothing
ERROR: error(#273) 3 compilation errors. No code generated
""",
    "intel": """ERROR: 0:{3}: 'bogus' : undeclared identifier
ERROR: 0:{4}: 'bogus' : undeclared identifier
ERROR: 0:{4}: 'constructor' : not enough data provided for construction
ERROR: 0:{6}: 'nothing' : undeclared identifier
ERROR: 4 compilation errors. No code generated.
""",
    "apple": """ERROR: 0:{3}: Use of undeclared identifier 'bogus'
ERROR: 0:{4}: Use of undeclared identifier 'bogus'
WARNING: 0:{5}: something small
ERROR: 0:{6}: Use of undeclared identifier 'nothing'
""",
}


@pytest.mark.parametrize("maker", LOGS)
def test_each_mistake_is_told_once_in_every_maker_s_form(source: Source, maker: str) -> None:
    problems = told(source, LOGS[maker])
    assert places(problems) == [("a.fs", 3), ("a.fs", 6)]
    assert "bogus" in problems[0].message and "nothing" in problems[1].message
    assert "ERROR" not in problems[0].message
    assert problems[0].hint == "float a = bogus * 2.0;"


def test_a_mistake_in_the_vertex_shader_is_told_there(source: Source) -> None:
    # Mesa counts any space before it as one.
    (problem,) = told(source, "0:{3}(2): error: `left' undeclared", "vertex")
    assert str(problem) == "a.vs:3:3: `left' undeclared\n    left = 1.0;"


def test_the_artist_s_own_words_are_used(source: Source) -> None:
    (problem,) = told(
        source, "0:{5}(26): error: no matching function for call to `texture(error, vec3)' near isf_my_sample"
    )
    assert problem.message == "no matching function for call to `texture2D(error, vec3)' near sample"
    assert problem.where and problem.where.column == 18  # where texture2D begins; isf_my_sample before it is longer


def test_nothing_is_believed_after_a_syntax_error(source: Source) -> None:
    log = '0({3}) : error C0000: syntax error, unexpected \'=\' at token "="\n0({6}) : error C1013: "main" is already defined\n'
    assert places(told(source, log)) == [("a.fs", 3)]


def test_a_call_with_an_undeclared_argument_is_one_mistake(source: Source) -> None:
    log = (
        "ERROR: 0:{3}: 'bogus' : undeclared identifier\nERROR: 0:{4}: 'vec3' : no matching overloaded function found\n"
    )
    assert places(told(source, log)) == [("a.fs", 3)]


def test_a_name_whose_declaration_was_refused_is_no_mistake_of_its_own(source: Source) -> None:
    log = "ERROR: 0:{4}: 'constructor' : too many arguments\nERROR: 0:{6}: 'b' : undeclared identifier\n"
    assert places(told(source, log)) == [("a.fs", 4)]


def test_the_linker_s_words_stand_at_the_file(source: Source) -> None:
    (problem,) = told(source, "error: fragment shader input `left' has no matching output\n", None)
    assert str(problem) == "a.fs: fragment shader input `left' has no matching output"


def test_a_driver_that_says_nothing_is_not_taken_for_well(source: Source) -> None:
    assert len(told(source, "")) == 1


def test_no_more_than_eight_are_told(source: Source) -> None:
    log = "".join(f"0:{{{n}}}(1): error: `x{n}' undeclared\n" for n in range(1, 19))
    assert len(told(source, log)) == 8
