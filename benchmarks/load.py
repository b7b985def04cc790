"""The load: keep-alive connections in a process of their own, bounded in time and in count.

Run as `python -m benchmarks.load`: reads a request as JSON from standard input, writes what it saw.
It imports nothing of the portal, so that it is light; its own CPU time is not counted.
"""

import http.client
import json
import sys
from dataclasses import asdict, dataclass, field
from itertools import count
from threading import Lock, Thread
from time import perf_counter


@dataclass(frozen=True)
class Load:
    """What to ask for: addresses in turn, until the time or the number of requests is up."""

    port: int
    paths: list[str]
    headers: dict[str, str] = field(default_factory=dict)
    connections: int = 4
    seconds: float = 2
    most: int = 3000
    first: int = 0
    """The place in `paths` to begin at."""


@dataclass(frozen=True)
class Seen:
    """What was seen: the time it took and the latency of each request, in seconds."""

    elapsed: float
    latencies: list[float]
    transferred: int


class _Run:
    def __init__(self, load: Load) -> None:
        self.load = load
        self.latencies: list[float] = []
        self.transferred = 0
        self.problems: list[str] = []
        self._numbers = count(load.first)
        self._lock = Lock()
        self._end = 0.0

    def go(self) -> Seen:
        threads = [Thread(target=self._connection) for _ in range(self.load.connections)]
        start = perf_counter()
        self._end = start + self.load.seconds
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.problems:
            raise RuntimeError(self.problems[0])
        return Seen(perf_counter() - start, self.latencies, self.transferred)

    def _connection(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.load.port, timeout=60)
        try:
            while perf_counter() < self._end and not self.problems:
                number = next(self._numbers)
                if number - self.load.first >= self.load.most:
                    break
                self._ask(connection, self.load.paths[number % len(self.load.paths)])
        except (OSError, http.client.HTTPException) as error:
            self.problems.append(f"{type(error).__name__}: {error}")
        finally:
            connection.close()

    def _ask(self, connection: http.client.HTTPConnection, path: str) -> None:
        start = perf_counter()
        connection.request("GET", path, headers=self.load.headers)
        response = connection.getresponse()
        body = response.read()
        took = perf_counter() - start
        if response.status != 200:
            self.problems.append(f"{path} answered {response.status}")
        with self._lock:
            self.latencies.append(took)
            self.transferred += len(body)


def main() -> None:
    seen = _Run(Load(**json.load(sys.stdin))).go()
    json.dump(asdict(seen), sys.stdout)


if __name__ == "__main__":
    main()
