"""How the package's own models are made: `python -m training --help`.

Nothing here is imported by the product.
"""
