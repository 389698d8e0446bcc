"""Which variables a foreign program gets, and which of them are secrets."""

import pytest

from evalkit.foreign.environment import environment

OWN = {
    "PATH": "/bin",
    "HOME": "/home/reader",
    "LC_CTYPE": "C.UTF-8",
    "CUDA_VISIBLE_DEVICES": "1",
    "HF_HOME": "/cache",
    "TOKENIZERS_PARALLELISM": "false",
    "XDG_CACHE_HOME": "/cache",
    "PYTHONPATH": "/own/packages",
    "PYTHONHOME": "/own",
    "VIRTUAL_ENV": "/own/venv",
    "HTTPS_PROXY": "http://reader:word@proxy",
    "DATABASE_URL": "postgres://reader:word@db",
    "HF_TOKEN": "hf_0123456789",
    "HUGGINGFACE_API_KEY": "0123456789",
    "NVIDIA_API_KEYS": "a,b",
    "AWS_SECRET_ACCESS_KEY": "0123456789",
    "XDG_SESSION_COOKIE": "0123456789",
    "SHORT_KEY": "abc",
}
PASSED = {
    "PATH", "HOME", "LC_CTYPE", "CUDA_VISIBLE_DEVICES", "HF_HOME", "TOKENIZERS_PARALLELISM",
    "XDG_CACHE_HOME",
}  # fmt: skip


def test_what_is_passed_on() -> None:
    found = environment(OWN)
    assert set(found.variables) & set(OWN) == PASSED
    assert found.variables["PYTHONUTF8"] == "1"
    assert found.secrets == ()
    assert "HF_HUB_OFFLINE" not in found.variables
    assert environment(OWN, offline=True).variables["HF_HUB_OFFLINE"] == "1"


@pytest.mark.parametrize("name", sorted(set(OWN) - PASSED))
def test_anything_can_be_named(name: str) -> None:
    assert environment(OWN, [name]).variables[name] == OWN[name]


def test_named_secrets_are_known_the_longest_first() -> None:
    """A short one is not blanked out: it would blank out words."""
    names = ["SHORT_KEY", "AWS_SECRET_ACCESS_KEY", "HF_TOKEN", "HTTPS_PROXY"]
    assert environment(OWN, names).secrets == ("hf_0123456789", "0123456789")


def test_a_name_may_be_set() -> None:
    found = environment(OWN, ["PATH=/mine", "DEPTH=a=b", "EMPTY="]).variables
    assert (found["PATH"], found["DEPTH"], found["EMPTY"]) == ("/mine", "a=b", "")
