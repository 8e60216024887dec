"""Asks the web server of this machine how it is: `python -m suite.boot.probe /readyz` ends with 0 when it is well."""

import os
import sys
import urllib.error
import urllib.request


def probe(path: str) -> int:
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].lstrip(".") or "localhost"
    request = urllib.request.Request(f"http://127.0.0.1:{os.environ.get('PORT', '8000')}{path}", headers={"Host": host})
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=8) as response:
            print(response.read().decode())
    except urllib.error.HTTPError as answer:
        print(answer.read().decode())
        return 1
    except OSError as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(probe(sys.argv[1]))
