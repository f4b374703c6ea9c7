"""The kinds of layer: one file each, and one table that says which is which."""

from __future__ import annotations

from collections.abc import Callable

from installation.render.layers.camera import CameraView
from installation.render.layers.flows import FlowsView
from installation.render.layers.marks import MarksView
from installation.render.layers.media import MediaView
from installation.render.layers.shader import ShaderView
from installation.render.layers.text import TextView
from installation.render.moment import LayerView

LAYERS: dict[str, Callable[..., LayerView]] = {
    "shader": ShaderView,
    "marks": MarksView,
    "flows": FlowsView,
    "camera": CameraView,
    "text": TextView,
    "media": MediaView,
}
"""Groups are stacks of layers: `render.stack` draws them itself."""
