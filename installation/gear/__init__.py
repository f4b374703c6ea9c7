"""Gear beside the wall: MIDI, timecode, tempo, lights. What goes over their wires, and the threads that stand at them.

Knows nothing of shows, scenes or cues, and imports none of the optional libraries before they are needed: `patchbay` plugs it
into the engine. Nothing here is ever waited for by a frame.
"""
