"""A receiver on lark-oapi and Flask, under gunicorn: the peer in the comparison of whole receivers.

Written as the SDK's documentation shows it: a handler for each event type, and the SDK's adapter to Flask. One worker
process, as `lark-event serve` has one; gunicorn's plain worker, which is faster here than its threads are.
"""

import argparse
import os
import sys

import lark_oapi as lark
from flask import Flask
from gunicorn.app.base import BaseApplication
from lark_oapi.adapter.flask import parse_req, parse_resp

EVENTS = (
    "process_updated_v2",
    "process_status_update_v2",
    "process_node_updated_v2",
    "process_approver_updated_v2",
    "process_cc_updated_v2",
    "job_change_updated_v2",
)


def handle(data):
    """Print the id of an event: less than the others do, which print all of it."""
    print(data.header.event_id, flush=True)


def application():
    """Make the Flask application, with the secrets from the environment."""
    builder = lark.EventDispatcherHandler.builder(
        os.environ["LARK_ENCRYPT_KEY"], os.environ["LARK_VERIFICATION_TOKEN"], lark.LogLevel.CRITICAL
    )
    for event in EVENTS:
        builder = getattr(builder, f"register_p2_corehr_{event}")(handle)
    handler = builder.build()
    app = Flask(__name__)

    @app.post("/")
    def receive():
        return parse_resp(handler.do(parse_req()))

    return app


class Server(BaseApplication):
    """gunicorn, configured here."""

    def __init__(self, options):
        self.options = options
        super().__init__()

    def load_config(self):
        """Hand the options over."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self):
        """Make the application, in the worker."""
        return application()


def ready(server):
    """Tell the address, which has no fixed port."""
    host, port = server.LISTENERS[0].sock.getsockname()
    print(f"listening on http://{host}:{port}/", file=sys.stderr, flush=True)


def main():
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--worker", default="sync", help="the class of gunicorn's worker (%(default)s)")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    options = {
        "bind": f"127.0.0.1:{arguments.port}",
        "workers": 1,
        "worker_class": arguments.worker,
        "threads": arguments.threads,
        "keepalive": 75,
        "loglevel": "warning",
        "when_ready": ready,
    }
    Server(options).run()


if __name__ == "__main__":
    main()
