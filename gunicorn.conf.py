"""How gunicorn serves the portal; settings on the command line or in the environment win."""

import contextlib
import ctypes
import gc
import logging
import os
import sys
import traceback
from typing import Any

bind = os.environ.get("PORTAL_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
worker_class = "gthread"
# loaded once and shared by the workers; nothing connects to the database before a request does
preload_app = True
# memory that does not touch a disk, for the workers' heartbeat
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 (as gunicorn advises)
# no address of a reader, no query, no Referer: none of them is kept (see the privacy page)
access_log_format = '%(t)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms'
control_socket_disable = True
# 500 characters of any script, as an address writes them, and the filters
limit_request_line = 8190

# NumPy adds and compares here; threads for linear algebra would only cost memory
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# glibc keeps an arena of memory for each thread and gives little back: two arenas, and give it back
with contextlib.suppress(AttributeError):
    mallopt = ctypes.CDLL(None).mallopt
    mallopt(-8, 2)  # M_ARENA_MAX
    mallopt(-1, 128 * 1024)  # M_TRIM_THRESHOLD, bytes


def said_without_request(record: logging.LogRecord) -> bool:
    """Let a log say that a request was refused or failed, and where, and nothing of the request.

    Gunicorn puts the request line, an address with its query, or a header into such messages.
    """
    error = sys.exc_info()[1]
    if error is not None:  # it is logged from where the error is handled
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{os.path.basename(place.filename)}:{place.lineno}"
        record.msg = "a request was refused, broken off or failed: %s at %s"
        record.args = (type(error).__name__, where)
        record.exc_info = record.exc_text = record.stack_info = None
    return True


def post_worker_init(worker: Any) -> None:
    """From here on a worker has to do with requests, and its log must not repeat them."""
    logging.getLogger("gunicorn.error").addFilter(said_without_request)


def when_ready(server: Any) -> None:
    """Keep what was loaded out of the collector's way, so that it stays shared memory."""
    gc.freeze()


def on_starting(server: Any) -> None:
    """Keep a demonstration, whose passwords are published, on this machine."""
    near = ("127.0.0.1:", "localhost:", "unix:", "fd://")
    outside = [address for address in server.cfg.bind if not address.startswith(near)]
    if os.environ.get("PORTAL_DEMONSTRATION") and outside:
        raise SystemExit(f"A demonstration is served on 127.0.0.1 alone, not on {outside[0]}.")
