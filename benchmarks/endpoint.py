"""The generator ``endpoint`` against a real ``transformers serve`` behind a proxy that misbehaves.

    python benchmarks/endpoint.py [--items 200]

A small chat model is built and saved, ``transformers serve`` holds it on loopback, and a proxy
before it spoils a fifth of the calls: 429 with ``Retry-After`` (seconds and date), 500, connections
reset before and after the server worked, answers that come too late and answers that are cut.
``evalkit run`` summarises the items through it, twice over: once undisturbed from start to end, and
once killed (SIGKILL) in the middle and started again.

Checked, at the proxy and in the run folder: every item ends once, none lost, none twice; no item
that was kept before the kill is asked for again; every text is that of a plain ``generate`` of the
same model. Exit code 1 where one of these fails, 2 where ``transformers[serving]`` is absent.
"""

import argparse
import http.client
import importlib.util
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from evalkit.store.parts import key_of

NEEDED = ("fastapi", "uvicorn", "openai", "accelerate")
TEMPLATE = (
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
NEW_TOKENS = 12
CONFIG = """
name: endpoint-benchmark
corpus: {path: items.jsonl}
summaries:
  systems:
    - {kind: endpoint, words: 10, base_url: "URL", model: "MODEL", prompt: "{{ text }}", system: "",
       generation: {max_tokens: 12}, concurrency: 4, timeout: 5.0, wait: 0.05, tries: 8}
  metrics: [length]
statistics: {draws: 100}
"""
FAULTS = ("429 seconds", "429 date", "500", "reset", "reset after", "slow", "cut")


def build_model(folder: Path) -> None:
    """A Llama of two layers with a byte-level tokenizer and a chat template, weights random."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    special = ["<pad>", "<|end|>", "<|user|>", "<|system|>", "<|assistant|>"]
    vocabulary = {token: number for number, token in enumerate([*special, *letters])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|end|>", pad_token="<pad>",
        additional_special_tokens=special[2:], chat_template=TEMPLATE,
    )  # fmt: skip
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(vocabulary), hidden_size=64, intermediate_size=128, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=4, max_position_embeddings=512,
        bos_token_id=None, eos_token_id=1, pad_token_id=0, initializer_range=0.4,
    )  # fmt: skip
    model = LlamaForCausalLM(config)
    model.generation_config.min_new_tokens = 6  # an empty answer would be a failure, and rightly
    model.save_pretrained(folder)
    fast.save_pretrained(folder)


def plain_texts(folder: Path, prompts: list[str]) -> list[str]:
    """What ``generate`` writes, one prompt at a time, greedily: the oracle."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder).eval()
    texts = []
    for prompt in prompts:
        messages = [{"role": "user", "content": prompt}]
        inputs = tokenizer.apply_chat_template(
            messages, add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        with torch.inference_mode():
            ids = model.generate(**inputs, do_sample=False, max_new_tokens=NEW_TOKENS)
        new = ids[0, inputs["input_ids"].shape[1] :]
        texts.append(tokenizer.decode(new, skip_special_tokens=True).strip())
    return texts


@dataclass
class Counts:
    """What went through the proxy."""

    calls: Counter[str] = field(default_factory=Counter)
    delivered: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fault(self, prompt: str) -> str:
        """Notes a call; "" where it goes through, else what happens to it: to every fifth."""
        with self.lock:
            number = self.calls.total()
            self.calls[prompt] += 1
            name = FAULTS[number // 5 % len(FAULTS)] if number % 5 == 2 else ""
            if name:
                self.faults[name] += 1
            return name


class Proxy(ThreadingHTTPServer):
    """Passes calls on to ``upstream``, but for a fifth of them."""

    daemon_threads = True

    def __init__(self, upstream: int, counts: Counts) -> None:
        self.upstream, self.counts = upstream, counts
        super().__init__(("127.0.0.1", 0), Handler)

    def handle_error(self, *_: object) -> None:
        """Says nothing of connections that a killed client left."""


class Handler(BaseHTTPRequestHandler):
    """One connection to the proxy."""

    protocol_version = "HTTP/1.1"
    server: Proxy

    def do_POST(self) -> None:
        """Passes a call on, or spoils it."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        prompt = json.loads(body)["messages"][-1]["content"]
        fault = self.server.counts.fault(prompt)
        try:
            self._serve(body, prompt, fault)
        except OSError:
            self.close_connection = True

    def _serve(self, body: bytes, prompt: str, fault: str) -> None:
        if fault == "reset":
            self._reset()
        elif fault.startswith("429"):
            moment = format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)
            self._send(429, b'{"error": {"message": "slow down"}}', "", {
                "Retry-After": moment if fault.endswith("date") else "1"
            })  # fmt: skip
        elif fault == "500":
            self._send(500, b"oops", "")
        else:
            status, answer = self._upstream(body)
            if fault == "reset after":
                self._reset()
            elif fault == "cut":
                self._send(status, answer, "", cut=True)
            else:
                if fault == "slow":
                    time.sleep(7)
                self._send(status, answer, "" if fault else prompt)

    def _upstream(self, body: bytes) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.upstream, timeout=60)
        connection.request("POST", self.path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        found = answer.status, answer.read()
        connection.close()
        return found

    def _send(
        self, status: int, body: bytes, prompt: str, headers=None, *, cut: bool = False
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = cut or self.close_connection
        if status == 200 and prompt:
            with self.server.counts.lock:
                self.server.counts.delivered[prompt] += 1

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def serve(model: Path, port: int, log: Path) -> subprocess.Popen[bytes]:
    """Starts ``transformers serve`` and waits until it answers."""
    command = [sys.executable, "-m", "transformers.cli.transformers", "serve", str(model)]
    command += ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu", "--dtype", "float32"]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, env=environment)
    for _ in range(600):
        if process.poll() is not None:
            sys.exit(f"transformers serve ended at once:\n{log.read_text()[-3000:]}")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return process
        except OSError:
            time.sleep(0.2)
    process.kill()
    sys.exit("transformers serve did not answer within two minutes")


def outputs(run: Path) -> list[dict]:
    """Every line that the run folder holds of outputs."""
    rows = []
    for path in (run / "parts" / "outputs").glob("*.jsonl"):
        rows += [json.loads(line) for line in path.read_text().split("\n")[1:-1]]
    return rows


def evaluate(folder: Path, name: str, *, kill_at: int | None = None) -> int:
    """``evalkit run`` into a folder of that name; killed once it holds so many outputs."""
    command = [sys.executable, "-m", "evalkit", "run", str(folder / "config.yaml")]
    process = subprocess.Popen(
        [*command, "--output", str(folder / name)], stdout=subprocess.DEVNULL
    )
    while kill_at is not None and process.poll() is None and len(outputs(folder / name)) < kill_at:
        time.sleep(0.02)
    if kill_at is not None:
        process.send_signal(signal.SIGKILL)
    return process.wait()


def check(title: str, holds: bool, shown: object = "") -> bool:
    print(f"{'ok  ' if holds else 'FAIL'} {title} {shown}")
    return holds


def undisturbed(folder: Path, counts: Counts, prompts: list[str], plain: list[str]) -> bool:
    """One run from start to end."""
    begin = time.perf_counter()
    code = evaluate(folder, "whole")
    seconds = time.perf_counter() - begin
    report = json.loads((folder / "whole" / "report.json").read_text())
    texts = {item["document"]: item["hypothesis"] for item in report["items"]}
    kept = Counter(row["key"] for row in outputs(folder / "whole"))
    n, n_faults = len(prompts), counts.faults.total()
    share = n_faults / counts.calls.total()
    (spent,) = report["run"]["spent"]
    print(f"{n} items, {counts.calls.total()} calls, {n_faults} spoilt ({share:.0%}): "
          f"{dict(sorted(counts.faults.items()))}; {seconds:.1f} s")  # fmt: skip
    return all([
        check("exit code 0", code == 0, code),
        check("a fifth of the calls was spoilt", 0.18 <= share <= 0.22),
        check("proxy: every item was delivered whole exactly once",
              counts.delivered == Counter(prompts)),
        check("run folder: every item is kept exactly once, none failed",
              len(kept) == n == kept.total() and code == 0),
        check("every text is that of a plain generate",
              [texts[f"i{i}"] for i in range(n)] == plain),
        check("the ledger counts every call", spent["n_requests"] == counts.calls.total(),
              f"{spent['n_requests']} requests, {spent['tokens']}"),
    ])  # fmt: skip


def killed(folder: Path, counts: Counts, prompts: list[str], plain: list[str]) -> bool:
    """A run that is killed in the middle, and the same command again."""
    n = len(prompts)
    code = evaluate(folder, "killed", kill_at=n // 2)
    kept = {row["key"] for row in outputs(folder / "killed")}
    n_kept = len(kept)
    done = {p for i, p in enumerate(prompts) if key_of(f"i{i}", p, "en") in kept}
    before = Counter(counts.calls)
    code_again = evaluate(folder, "killed")
    again = counts.calls - before
    report = json.loads((folder / "killed" / "report.json").read_text())
    texts = {item["document"]: item["hypothesis"] for item in report["items"]}
    twice = sum(times > 1 for times in counts.delivered.values())
    lines = Counter(row["key"] for row in outputs(folder / "killed"))
    return all([
        check(f"killed with {n_kept} of {n} kept",
              code == -signal.SIGKILL and n_kept == len(done) < n, code),
        check("started again: exit code 0", code_again == 0, code_again),
        check("no item that was kept was asked for again", not done & set(again)),
        check("every item is delivered; twice at most those under way at the kill",
              set(counts.delivered) == set(prompts) and twice <= 4, f"{twice} twice"),
        check("run folder: every item is kept exactly once", len(lines) == n == lines.total()),
        check("every text is that of a plain generate",
              [texts[f"i{i}"] for i in range(n)] == plain),
    ])  # fmt: skip


def main() -> None:
    """Builds, serves, spoils, runs, counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=200)
    n = parser.parse_args().items
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        print(f"{', '.join(missing)} absent: pip install 'transformers[serving]'")
        sys.exit(2)
    prompts = [
        f"Item {i}: the boat left at {i % 24} o'clock with {i * 7} people." for i in range(n)
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build_model(folder / "model")
        plain = plain_texts(folder / "model", prompts)
        if not all(plain):
            sys.exit("the model wrote nothing for an item; choose another seed")
        print(f"plain generate: {len(set(plain))} different texts, for example {plain[0]!r}")
        rows = [json.dumps({"id": f"i{i}", "text": text}) for i, text in enumerate(prompts)]
        (folder / "items.jsonl").write_text("\n".join(rows) + "\n")
        port = free_port()
        server = serve(folder / "model", port, folder / "serve.log")
        held = True
        try:
            for job in (undisturbed, killed):
                counts = Counts()
                proxy = Proxy(port, counts)
                threading.Thread(target=proxy.serve_forever, daemon=True).start()
                url = f"http://127.0.0.1:{proxy.server_address[1]}/v1"
                config = CONFIG.replace("URL", url).replace("MODEL", str(folder / "model"))
                (folder / "config.yaml").write_text(config)
                held &= job(folder, counts, prompts, plain)
                proxy.shutdown()
        finally:
            server.terminate()
            server.wait()
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
