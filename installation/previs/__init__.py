"""The building before it is there: rooms, projectors and people in three dimensions, drawn and measured."""
