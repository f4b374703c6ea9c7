"""A curator's own files as datasets: CSV, TSV, JSON, GeoJSON, Parquet and spreadsheets, read as if each might harm.

`load` gives a scene its package; `look` tells a curator what is in a file and what looks wrong with it.
"""
