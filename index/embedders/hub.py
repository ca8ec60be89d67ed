"""Models of the Hugging Face hub: fetched once, then read from its cache."""

from pathlib import Path

from huggingface_hub import snapshot_download

from index.errors import ModelError

# Weights in safetensors only: pickled ones can run code.
_WANTED = ["*.json", "*.safetensors", "*.txt", "*.model"]
_UNWANTED = ["onnx/*", "openvino/*"]


def fetch(model: str) -> Path:
    """Give the folder of a model, from the cache if the hub cannot be reached.

    Raises ModelError when it is in neither.
    """
    try:
        return _fetch(model, offline=False)
    except Exception as error:  # its errors have no class of their own
        try:
            return _fetch(model, offline=True)
        except Exception:
            raise ModelError(
                f"{model} could not be fetched from the hub "
                f"({type(error).__name__}) and is not in the cache; check the name "
                "and the connection, or give a folder"
            ) from error


def _fetch(model: str, offline: bool) -> Path:
    folder = snapshot_download(
        model,
        allow_patterns=_WANTED,
        ignore_patterns=_UNWANTED,
        local_files_only=offline,
    )
    return Path(folder)
