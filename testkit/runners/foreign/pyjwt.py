"""Tries the rows of the testkit with Python's PyJWT."""
import json
import sys
import time
from datetime import datetime, timezone

import jwt
import jwt.api_jwt


def verify(c):
    policy = c["policy"]
    if policy.get("types") or policy.get("max_age") or c.get("decryption"):
        return "unsupported"  # PyJWT does not decrypt
    if c["id"].startswith("mldsa/"):
        return "unsupported"
    keys = [k for k in c.get("keys") or [] if k.get("use") != "enc" and "verify" in k.get("key_ops", ["verify"])]
    try:
        header = jwt.get_unverified_header(c["token"])
        key = next(k for k in keys if k.get("kid") == header.get("kid") and k["alg"] == header.get("alg"))
        if key["alg"] == "Ed25519":
            return "unsupported"
        claims = jwt.decode(
            c["token"], jwt.PyJWK(key).key, algorithms=[key["alg"]], issuer=policy.get("issuer"),
            audience=policy.get("audience"), leeway=policy.get("leeway", 0),
            options={"require": policy.get("require", []), "verify_aud": "audience" in policy})
        if policy.get("subject") and claims.get("sub") != policy["subject"]:
            return "refuse"
        return "accept"
    except Exception:
        return "refuse"


class Clock(datetime):
    """The clock of the row, where the library asks for the time."""
    seconds = 0

    @classmethod
    def now(cls, tz=None):
        return datetime.fromtimestamp(cls.seconds, tz or timezone.utc)

    @classmethod
    def utcnow(cls):
        return datetime.fromtimestamp(cls.seconds, timezone.utc).replace(tzinfo=None)


jwt.api_jwt.datetime = Clock
print(jwt.__version__, flush=True)
for line in sys.stdin:
    c = json.loads(line)
    Clock.seconds = c["now"]
    print(json.dumps({"id": c["id"], "verdict": verify(c)}), flush=True)
