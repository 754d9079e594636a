"""The corpus, for the tests in Python and of C."""

import json
from pathlib import Path

HERE = Path(__file__).parent
CASES = json.loads((HERE / "cases.json").read_text(encoding="utf-8"))
SAMPLES = sorted((HERE / "samples").glob("*.json"))
# The event type of the samples that name none.
NODE = "corehr.process.node.updated_v2"


def expand(value):
    """Write out the long texts that cases abbreviate."""
    if isinstance(value, dict):
        return value["repeat"] * value["times"] if "repeat" in value else {k: expand(v) for k, v in value.items()}
    return [expand(item) for item in value] if isinstance(value, list) else value


def join(parts):
    """Put the input of a case together."""
    return b"".join(
        bytes.fromhex(part["hex"]) if isinstance(part, dict) and "hex" in part else expand(part).encode()
        for part in parts
    )


def read_body(body):
    """Write out the body of a request in webhook.json."""
    return bytes.fromhex(body["hex"]) if isinstance(body, dict) and "hex" in body else expand(body).encode()
