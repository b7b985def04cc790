"""A process that accepts requests at given moments, for `races`.

Run as `python -m benchmarks.racer` with the settings of a portal: each line that it reads names an
authority, a request and a moment (seconds since 1970); it answers with `paired` or with what it
was told.
"""

import sys
import time

from portal import create_app
from portal.core.database import db, short_transaction
from portal.core.errors import Conflict
from portal.core.permissions import Actor
from portal.core.roles import Role
from portal.pairing import requests


def main() -> None:
    app = create_app()
    with app.app_context():
        db.engine.connect().close()
        print("ready", flush=True)
        for line in sys.stdin:
            host, request, moment = line.split()
            time.sleep(max(0.0, float(moment) - time.time()))
            print(_accept(int(host), int(request)), flush=True)


def _accept(host_id: int, request_id: int) -> str:
    actor = Actor(memberships=frozenset({(Role.STRATEGIC_LEAD, host_id)}))
    try:
        with short_transaction() as session:
            requests.agree(session, actor=actor, authority_id=host_id, request_id=request_id)
    except Conflict as conflict:
        return str(conflict)
    return "paired"


if __name__ == "__main__":
    main()
