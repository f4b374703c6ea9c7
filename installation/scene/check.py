"""Checks one scene against the world: names, parameters, expressions, shaders, inputs, files, words.

What `reading` let through is a scene by its shape; here it becomes one that can be drawn. Everything wrong is
told, each thing once. Draws nothing and opens no device. Called by `load`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from installation.errors import InstallationError, SceneError, did_you_mean
from installation.params import SIZES, Param, Value
from installation.scene import schema
from installation.scene.catalogue import OPACITY, PARAMS, WORDS
from installation.scene.check_data import Tables
from installation.scene.check_flows import check_flows
from installation.scene.check_scores import check_scores
from installation.scene.check_words import check_words, told_of
from installation.scene.constants import constant
from installation.scene.expressions import Expression, ExpressionError, compile_expression, is_expression
from installation.scene.fields import NAME
from installation.scene.findings import Findings
from installation.scene.functions import CONSTANTS, FUNCTIONS, SIGNALS
from installation.scene.isf import Isf
from installation.scene.library import Library
from installation.scene.meant import word_meant
from installation.scene.source import Steps
from installation.signals import PICTURES

Driven: TypeAlias = tuple[Param, Value | Expression]
"""A parameter with what its file says: a constant, its default, or an expression."""


class SceneCheck:
    """One scene being checked. Fills `params` by address, `values` in their order and `shaders` by name.

    `is_complete` says whether these are all parameters: not, when a layer or a shader could not be read.
    """

    def __init__(self, name: str, file: schema.SceneFile, findings: Findings, library: Library) -> None:
        self.params: dict[str, Driven] = {}
        self.values: dict[str, float | Expression] = {}
        self.shaders: dict[str, Isf] = {}
        self.is_complete = True
        self._file = file
        self._findings = findings
        self._library = library
        self.tables = Tables(file, findings, library)
        self._names = {
            *SIGNALS,
            *file.values,
            *(str(s[1]) for s in findings.dropped if s[0] == "values" and len(s) > 1),
        }
        self._shown = False
        self._order_values()
        check_scores(file.faults, findings)
        if file.cracks is not None:
            self.tables.cracks(file.cracks)
        address = f"/scene/{name}"
        self._offer_values(address)
        self._stack(file.layers, ("layers",), address, self._effects(file.effects, ("effects",), address, None))
        if file.shows_camera and not self._shown and self.is_complete:
            hint = "take it out; the wall would bear a notice that isn't true"
            findings.value(("shows_camera",), "nothing in this scene shows the camera's own picture", hint)

    # -- values and expressions ------------------------------------------------------------------------

    def _order_values(self) -> None:
        """Compiles the scene's values, and puts each after those that it reads."""
        compiled: dict[str, float | Expression] = {}
        for name, given in self._file.values.items():
            steps: Steps = ("values", name)
            if name in SIGNALS or name in CONSTANTS or name in FUNCTIONS or name in ("value", "go"):
                self._findings.key(steps, f'"{name}" is a word of expressions already', "choose another name")
            if not isinstance(given, str):
                compiled[name] = float(given)
            elif not is_expression(given):
                self._findings.value(
                    steps,
                    f'values.{name}: expected a number or an expression, got "{given[:40]}"',
                    'an expression begins with "="',
                )
            elif expression := self._compile(given, steps):
                if expression.size:
                    self._findings.value(steps, f"values.{name}: expected one number, got {expression.size}")
                else:
                    compiled[name] = expression
        done: dict[str, float | Expression] = {}
        for name in compiled:
            self._settle(name, compiled, done, ())
        self.values = done

    def _offer_values(self, address: str) -> None:
        """Each named value is a parameter too, so that a cue or a hand can take it over: `at` for the years that pass."""
        self.formats: dict[str, schema.Format] = {}
        for name, value in self.values.items():
            spec = Param(name, "float", value if isinstance(value, float) else 0.0, help=f"The scene's value {name}.")
            self.params[f"{address}/{name}"] = (spec, value)
            if isinstance(value, Expression) and value.column and (found := self.tables.format_of(*value.column)):
                self.formats[name] = found
        for name, stated in self._file.formats.items():
            known = {*self._names, *(column for each in self.tables.columns.values() for column in each.names)}
            if name not in known:
                hint = did_you_mean(name, known, label="values and columns")
                self._findings.key(("formats", name), f'there is no value "{name}"', hint)
            self.formats[name] = stated

    def _settle(
        self,
        name: str,
        compiled: Mapping[str, float | Expression],
        done: dict[str, float | Expression],
        above: tuple[str, ...],
    ) -> None:
        if name in done or name not in compiled:
            return
        if name in above:
            circle = " → ".join((*above[above.index(name) :], name))
            self._findings.value(("values", name), f"values read each other in a circle: {circle}")
            done[name] = 0.0
            return
        expression = compiled[name]
        if isinstance(expression, Expression):
            for other in sorted(expression.names):
                self._settle(other, compiled, done, (*above, name))
        done.setdefault(name, expression)

    def _compile(self, text: str, steps: Steps) -> Expression | None:
        try:
            return compile_expression(text, self._names, self.tables.aggregate, self.tables.series)
        except ExpressionError as error:
            self._findings.inside(steps, error.offset, error.problems[0].message, error.problems[0].hint)
            return None

    def _value(self, param: Param, given: object, steps: Steps) -> Value | Expression:
        """What drives a parameter; its default where the file is wrong."""
        try:
            if not (isinstance(given, str) and is_expression(given)) or param.kind == "text":
                return constant(param, given)
            expression = self._compile(given, steps)
            if expression is None:
                return param.default
            self._fits(param, expression)
            return expression.fresh(param.default if param.kind != "long" else float(param.default))  # type: ignore[arg-type]
        except SceneError as error:
            self._findings.error(steps, error)
            return param.default

    def _fits(self, param: Param, expression: Expression) -> None:
        """Raises SceneError when an expression gives another number of numbers, or never fits the range."""
        wanted = SIZES.get(param.kind, 1)
        if wanted == 1 and expression.size:
            hint = "a decimal point, not a comma: 0.5" if re.search(r"\d,\d", expression.text) else ""
            raise SceneError(f"{param.name}: expected one number, got {expression.size}", hint=hint)
        if wanted > 1 and expression.size not in ((3, 4) if param.kind == "color" else (wanted,)):
            example = "[r, g, b]" if param.kind == "color" else "[x, y]"
            raise SceneError(
                f"{param.name}: expected {wanted} numbers, got {expression.size or 1}",
                hint=f"write = {example}",
            )
        if not expression.names and param.kind in ("float", "long", "point2D"):
            result = expression({})
            if any(number != number for number in (result if isinstance(result, tuple) else (result,))):
                return  # the data have none: the default stands
            constant(param, list(result) if isinstance(result, tuple) else result)

    def _declare(self, address: str, declared: Sequence[Param], given: Mapping[str, object], steps: Steps) -> None:
        """Gives every declared parameter its address and what drives it; tells those that aren't declared."""
        known = [param.name for param in declared]
        for name in given:
            if name not in known:
                hint = did_you_mean(name, known, label="parameters") or "it has no parameters"
                if name == "opacity":
                    hint = "opacity stands beside params, not in it"
                self._findings.key((*steps, name), f'unknown parameter "{name}"', hint)
        for param in declared:
            drive = (
                self._value(param, given[param.name], (*steps, param.name)) if param.name in given else param.default
            )
            self.params[f"{address}/{param.name}"] = (param, drive)

    # -- layers ----------------------------------------------------------------------------------------

    def _stack(self, layers: Sequence[schema.Layer], base: Steps, address: str, taken: set[str]) -> None:
        """The layers of a scene or group. `taken` are the names of its effects, which share the addresses."""
        below: list[str] = []
        every = {layer.name: layer for layer in layers}
        for i, layer in enumerate(layers):
            steps = (*base, i)
            if self._findings.lost(steps):
                self.is_complete = False
            else:
                if layer.name in taken:
                    hint = "names that share an address are different"
                    self._findings.value((*steps, "name"), f'the name "{layer.name}" is taken', hint)
                self._layer(layer, steps, f"{address}/{layer.name}", below, every)
            taken.add(layer.name)
            below.append(layer.name)

    def _layer(
        self, layer: schema.Layer, steps: Steps, address: str, below: list[str], every: Mapping[str, schema.Layer]
    ) -> None:
        opacity = self._value(OPACITY, layer.opacity, (*steps, "opacity"))
        self.params[f"{address}/{OPACITY.name}"] = (OPACITY, opacity)
        if isinstance(layer, schema.ShaderLayer):
            self._shader_layer(layer, steps, address, below, [*every])
        else:
            self._declare(address, PARAMS[layer.kind], layer.params, (*steps, "params"))
        taken = self._effects(layer.effects, (*steps, "effects"), address, (below, [*every]))
        if isinstance(layer, schema.GroupLayer):
            self._stack(layer.layers, (*steps, "layers"), address, taken)
        elif isinstance(layer, schema.MarksLayer):
            self.tables.marks(layer, steps)
        elif isinstance(layer, schema.FlowsLayer):
            check_flows(layer, steps, self.tables, self._findings)
        elif isinstance(layer, schema.TextLayer):
            self.params[f"{address}/{WORDS.name}"] = (WORDS, layer.text)
            told = told_of(layer, self.tables, self._findings, steps, every)
            check_words(layer.text, self._names, self._findings, (*steps, "text"), told=told)
            self._file_at(layer.font, (*steps, "font"), font=True)
        elif isinstance(layer, schema.MediaLayer):
            self._file_at(layer.file, (*steps, "file"))

    def _file_at(self, name: str | None, steps: Steps, font: bool = False) -> None:
        if name is None:
            return
        try:
            if font:
                self._library.font(name)
            else:
                self._library.file(name)
        except InstallationError as error:
            self._findings.error(steps, error)

    # -- shaders ---------------------------------------------------------------------------------------

    def _shader(self, name: str, steps: Steps, kinds: tuple[str, ...]) -> Isf | None:
        """A shader of one of these kinds; says so when it is another, or none at all."""
        shader = self._known_shader(name, steps, kinds)
        if shader is None:
            self.is_complete = False
        else:
            self.shaders[name] = shader
        return shader

    def _known_shader(self, name: str, steps: Steps, kinds: tuple[str, ...]) -> Isf | None:
        try:
            shader = self._library.shader(name)
        except InstallationError as error:
            self._findings.error(steps, error)
            return None
        if shader is None:
            return None
        if shader.kind not in kinds:
            what = " or ".join(f"a {kind}" for kind in kinds)
            needs = ", which mixes two scenes" if shader.kind == "transition" else ""
            hint = 'a filter has an image input named "inputImage"' if kinds == ("filter",) else ""
            self._findings.value(steps, f"{name} is a {shader.kind}{needs}; expected {what}", hint)
            return None
        return shader

    def _shader_layer(
        self, layer: schema.ShaderLayer, steps: Steps, address: str, below: list[str], every: list[str]
    ) -> None:
        shader = self._shader(layer.shader, (*steps, "shader"), ("generator", "filter"))
        if shader is None:
            return
        # A shader's own "opacity" is the layer's: one address can't be two parameters.
        own = [param for param in shader.params if param.name != OPACITY.name]
        self._declare(address, own, layer.params, (*steps, "params"))
        self._inputs(layer.inputs, shader.images, (*steps, "inputs"), (below, every))
        if shader.kind == "filter" and "inputImage" not in layer.inputs and not self._findings.lost((*steps, "inputs")):
            message = f"{layer.shader} is a filter, and nothing feeds its inputImage"
            self._findings.value((*steps, "shader"), message, "inputs: {inputImage: below}, or make it an effect")

    def _effects(
        self,
        effects: Sequence[schema.Effect],
        base: Steps,
        address: str,
        around: tuple[list[str], list[str]] | None,
    ) -> set[str]:
        """The effects of a layer, or of the scene (`around` is None then). Gives their names."""
        taken: set[str] = set()
        for i, effect in enumerate(effects):
            steps = (*base, i)
            name = effect.name or effect.shader.removesuffix(".fs")
            if self._findings.lost(steps):
                self.is_complete = False
                continue
            if name in taken:
                place = (*steps, "name" if effect.name else "shader")
                self._findings.value(place, f'two effects are called "{name}"', "give one of them a name")
            elif not re.fullmatch(NAME, name):
                self._findings.value(
                    (*steps, "shader"), f'"{name}" can\'t be part of an address', "give the effect a name"
                )
            taken.add(name)
            shader = self._shader(effect.shader, (*steps, "shader"), ("filter",))
            if shader:
                self._declare(f"{address}/{name}", shader.params, effect.params, (*steps, "params"))
                images = tuple(image for image in shader.images if image != "inputImage")
                self._inputs(effect.inputs, images, (*steps, "inputs"), around)
        return taken

    def _inputs(
        self,
        inputs: Mapping[str, str],
        images: tuple[str, ...],
        steps: Steps,
        around: tuple[list[str], list[str]] | None,
    ) -> None:
        for image, source in inputs.items():
            if image not in images:
                hint = did_you_mean(image, images, label="image inputs") or "it has no image inputs to feed"
                if image == "inputImage":
                    hint = "an effect's inputImage is what it is laid on"
                self._findings.key((*steps, image), f'unknown image input "{image}"', hint)
            self._source(source, (*steps, image), around)

    def _source(self, source: str, steps: Steps, around: tuple[list[str], list[str]] | None) -> None:
        """What feeds an image input: the camera, a layer further down, a file, rows, words, or all that is below."""
        kind, dot, rest = source.partition(".")
        self._shown |= source == "camera.picture"
        if source == "camera.picture" and not self._file.shows_camera:
            hint = "write shows_camera: true at the top of the scene; the wall then bears a notice"
            self._findings.value(steps, "a scene that shows the camera's own picture must say so", hint)
        if source in PICTURES:
            return
        if kind == "media" and dot:
            self._file_at(rest, steps)
        elif kind == "text" and dot:
            check_words(rest, self._names, self._findings, steps, len("text."))
        elif kind == "table" and dot:
            self._rows(rest, steps)
        elif around is None and (source == "below" or (kind == "layer" and dot)):
            hint = f"{', '.join(PICTURES)}, media.FILE, table.NAME.COLUMN, text.WORDS"
            self._findings.value(steps, f'"{source}" can\'t feed an effect of the whole scene', hint)
        elif kind == "layer" and dot and around is not None:
            below, every = around
            if rest in every and rest not in below:
                self._findings.value(
                    steps, f'layer "{rest}" is not below this one', "only a layer further down can feed it"
                )
            elif rest not in below:
                hint = did_you_mean(rest, below, label="layers below") or "there is no layer below this one"
                self._findings.value(steps, f'there is no layer "{rest}" here', hint)
        elif source != "below":
            known = (*PICTURES, "layer.NAME", "media.FILE", "table.NAME.COLUMN", "text.WORDS", "below")
            hint = did_you_mean(word_meant(source, known), known, label="sources")
            self._findings.value(steps, f'unknown source "{source}"', hint)

    def _rows(self, rest: str, steps: Steps) -> None:
        """Columns of a table as a picture: they exist, and are numbers."""
        name, _, columns = rest.partition(".")
        if not self.tables.has(name, steps):
            return
        wanted = [column.strip() for column in columns.split(",")]
        if len(wanted) > 3:
            self._findings.value(
                steps, f"{len(wanted)} columns are too many for a picture", "red, green and blue: three"
            )
        for column in wanted:
            self.tables.check(name, column, steps, numbers=True)
