"""The examples in docstrings are true."""

import doctest
import pkgutil
from importlib import import_module

import pytest

import index
import qa

# Loading torch for one example would take longer than all other tests.
SKIPPED = {"index.embedders.transformer", "qa.crossencoder", "qa.extractive"}


def modules() -> list[str]:
    return [
        module.name
        for package in (index, qa)
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if module.name not in SKIPPED
    ]


@pytest.mark.parametrize("name", modules())
def test_examples_hold(name):
    """Each module's examples give what they show."""
    module = import_module(name)

    assert doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE).failed == 0
