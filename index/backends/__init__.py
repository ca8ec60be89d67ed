"""Vector search, one module an engine; a name in the manifest is a module here.

Each module offers `build(vectors)`, `dump(engine)`, `load(data)`, and an engine that
has `search(queries, k)`.
"""
