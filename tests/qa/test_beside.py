"""A call in another thread: what it gives, what it raises, and after a fork."""

import os
import threading

import pytest

from qa.beside import beside


def test_the_call_goes_on_meanwhile():
    """It waits for what the caller does only afterwards."""
    done = threading.Event()
    waiting = beside(lambda: done.wait(10))
    done.set()
    assert waiting()


def test_what_it_raises_is_raised_where_it_is_waited_for():
    """Not lost in the other thread."""
    waiting = beside(lambda: [][0])
    with pytest.raises(IndexError):
        waiting()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
@pytest.mark.filterwarnings("ignore:.*fork")
def test_a_forked_process_has_threads_of_its_own():
    """Those of its parent do not live on in it."""
    assert beside(lambda: 1)() == 1
    child = os.fork()
    if not child:
        os._exit(beside(lambda: 7)())
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
