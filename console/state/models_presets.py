"""What the form of a provider begins with, by kind."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Preset:
    """What a click on a kind of provider fills in."""

    name: str = ""
    base_url: str = ""
    private: bool = False


PRESETS = {
    "hosted": Preset("", "https://"),
    "openai": Preset("OpenAI", "https://api.openai.com/v1"),
    "own": Preset("", "http://", private=True),
    "ollama": Preset("Ollama, this machine", "http://127.0.0.1:11434/v1", private=True),
    "vllm": Preset("vLLM, this machine", "http://127.0.0.1:8000/v1", private=True),
}
