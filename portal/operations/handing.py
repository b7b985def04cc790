"""Handing work to the worker as soon as the request that asks for it has committed.

Nothing depends on it: the worker's sweep finds every job in the table some seconds later.
"""

import logging
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from flask import Flask

if TYPE_CHECKING:
    from portal.operations.messages import Messages

_PAUSE = 0.05  # seconds, in which the answer leaves
_log = logging.getLogger(__name__)


class HandOver:
    """The thread of a web process that hands work over when it is woken.

    It begins when it is first woken: threads do not survive the fork of a server's worker.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._woken = Event()
        self._ended = Event()
        self._starting = Lock()
        self._thread: Thread | None = None
        self._messages: Messages | None = None

    def wake(self) -> None:
        """Ask for the jobs that are due to be handed over; neither wait for it nor fail."""
        self._woken.set()
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                thread = Thread(target=self._run, name="hand-over", daemon=True)
                try:
                    thread.start()
                except RuntimeError as error:  # the machine has no room for another thread
                    _not_told(error)
                else:
                    self._thread = thread

    def stop(self) -> None:
        """End the thread after what it is doing, and wait for that."""
        self._ended.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._ended.is_set():
            self._woken.wait()
            if self._ended.wait(_PAUSE):
                return
            self._woken.clear()
            try:
                self._hand_over()
            except Exception as error:  # whatever it is, the sweep finds the work
                self._messages = None
                _not_told(error)

    def _hand_over(self) -> None:
        from portal.operations.messages import Messages  # costs memory: only when it is needed

        if self._messages is None:
            self._messages = Messages(self._app)
        try:
            self._messages.hand_over()
        finally:
            self._messages.close()


def _not_told(error: Exception) -> None:
    reason = type(error).__name__
    _log.warning("the worker was not told of new work (%s) and will find it by itself", reason)
