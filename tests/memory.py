"""What stays in memory of what was given up."""

import gc
import weakref
from collections.abc import Callable


def freed_at_once(make: Callable[[], object]) -> bool:
    """Tell whether what is made goes with its last reference, though nobody collects
    garbage."""
    made = make()
    gone = weakref.ref(made)
    gc.disable()
    try:
        del made
        return gone() is None
    finally:
        gc.enable()
