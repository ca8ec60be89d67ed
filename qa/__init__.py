"""From a question to the passages that answer it.

`QA` is loaded on first use, so that `import qa` stays light.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa.engine import QA

__all__ = ["QA"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from qa.engine import QA

    return QA
