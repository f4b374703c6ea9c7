"""Whether an edit leaves a layer's own picture as it is: then the layer that plays is shared, and nothing is made anew.

Called by the stack when it builds a scene beside its older self, and by the repertoire before it makes anything ahead.
"""

from __future__ import annotations

from installation.render.moment import Kit
from installation.scene import schema


def same_layer(layer: schema.Layer, kit: Kit, old: schema.Layer, old_kit: Kit) -> bool:
    """Whether a layer's own picture would be the same: what may differ is how it is laid, its effects and its values."""
    if not same_spec(layer, old) or (kit.size, kit.seed) != (old_kit.size, old_kit.seed):
        return False
    if isinstance(layer, schema.ShaderLayer):
        return kit.shaders[layer.shader] is old_kit.shaders[layer.shader]
    if isinstance(layer, schema.MarksLayer | schema.FlowsLayer):
        return kit.tables[layer.table] is old_kit.tables[layer.table]
    return True


def same_spec(layer: schema.Layer, old: schema.Layer) -> bool:
    """Whether two layers say the same of their own picture."""
    laid = {"blend": "normal", "opacity": 1.0, "params": {}, "effects": []}
    return layer.model_copy(update=laid) == old.model_copy(update=laid)
