"""A summariser in a process of its own: the first words of each document."""

import json
import sys


def main() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        if request["type"] == "bye":
            return
        answer = {"type": "hello", "protocol": 1, "name": "first", "signature": {"version": "1"}}
        if request["type"] == "generate":
            n = request["words"]
            items = [
                {"id": item["id"], "text": " ".join(item["text"].split()[:n])}
                for item in request["items"]
            ]
            answer = {"type": "generated", "id": request["id"], "items": items}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
