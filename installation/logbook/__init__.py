"""The log of a night: everything that reaches the engine, so that the same frames can be drawn again.

`records` says what a line of it means, `segments` how lines lie on the disk, `keeping` what is kept of the show's files, `book`
writes while a show plays, `nights` finds and reads, `replay` draws again. shows/LOG.md has the format.
"""
