"""Write .npy files by plain calls, which tell of a full disk.

NumPy's own ways do not: what is written to a mapped file that the disk has no room
for ends the process.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_BLOCK = 1 << 16  # rows


def save(path: Path, array: Array) -> None:
    """Write an array as `np.load` reads it."""
    save_rows(path, array.dtype, array.shape, [array])


def save_rows(
    path: Path, dtype: Any, shape: tuple[int, ...], parts: Iterable[Array]
) -> None:
    """Write an array of this shape, given as the parts that it is joined from."""
    with rows_to(path, dtype, shape) as put:
        for part in parts:
            put(part)


@contextmanager
def rows_to(
    path: Path, dtype: Any, shape: tuple[int, ...]
) -> Iterator[Callable[[Array], None]]:
    """Write an array of this shape: give what takes the parts it is joined from."""
    header = {
        "descr": np.lib.format.dtype_to_descr(np.dtype(dtype)),
        "fortran_order": False,
        "shape": shape,
    }
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)

        def put(part: Array) -> None:
            for at in range(0, len(part), _BLOCK):
                block = np.ascontiguousarray(part[at : at + _BLOCK], dtype)
                file.write(block.view(np.uint8).data)

        yield put
