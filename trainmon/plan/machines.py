"""Which hardware a text names: GPU models, cloud machines by the GPUs that are in them, and plain CPU or GPU."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from trainmon.parsers.documents.hardware import find_hardware

CPU, SOME_GPU = "CPU", "GPU"


@dataclass(frozen=True, slots=True)
class Machine:
    """A kind of GPU and how many of it; `count` None where nobody says."""

    model: str
    count: int | None = None

    def __str__(self) -> str:
        return f"{self.count}x {self.model}" if self.count else self.model


# GPUs of rented machines, from the providers' lists of instance types: family -> model, size -> number; else one.
_FAMILIES = {
    "p2": "K80", "p3": "V100", "p3dn": "V100", "p4d": "A100", "p4de": "A100", "p5": "H100", "p5e": "H200",
    "p5en": "H200", "p6-b200": "B200", "g4dn": "T4", "g5": "A10G", "g6": "L4", "g6e": "L40S",
}  # fmt: skip
_SIZES = {
    ("p2", "8xlarge"): 8, ("p2", "16xlarge"): 16, ("p3", "8xlarge"): 4, ("p3", "16xlarge"): 8, ("p3dn", "24xlarge"): 8,
    ("p4d", "24xlarge"): 8, ("p4de", "24xlarge"): 8, ("p5", "48xlarge"): 8, ("p5e", "48xlarge"): 8,
    ("p5en", "48xlarge"): 8, ("p6-b200", "48xlarge"): 8, ("g4dn", "12xlarge"): 4, ("g4dn", "metal"): 8,
    ("g5", "12xlarge"): 4, ("g5", "24xlarge"): 4,
    ("g5", "48xlarge"): 8, ("g6", "12xlarge"): 4, ("g6", "24xlarge"): 4, ("g6", "48xlarge"): 8, ("g6e", "12xlarge"): 4,
    ("g6e", "24xlarge"): 4, ("g6e", "48xlarge"): 8,
}  # fmt: skip
_INSTANCE = re.compile(rf"(?<![\w.])(?:ml\.)?({'|'.join(_FAMILIES)})\.(\d*xlarge|metal)\b")
_HIGHGPU = re.compile(r"\b(a2|a3)-(?:high|mega|ultra)gpu-(\d+)g\b")
_PLAIN = re.compile(
    r"(?:^\W*|\b(?:on|with|using|device|hardware)\W{1,3}(?:an?\W|the\W|one\W|your\W)?)(CPU|GPU|cuda)s?\b"
    r"(?![-\w]|[ /]*(?:bound|memory|util|limited|or|/))",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def machines_in(text: str) -> frozenset[Machine]:
    """Give the hardware that a text names; plain `CPU` and `GPU` only where the text names no model."""
    found = {_machine(str(one.value)) for one in find_hardware(text) if one.name == "gpu"}
    for match in _INSTANCE.finditer(text):
        found.add(Machine(_FAMILIES[match[1]], _SIZES.get((match[1], match[2]), 1)))
    for match in _HIGHGPU.finditer(text):
        found.add(Machine("A100" if match[1] == "a2" else "H100", int(match[2])))
    if not found:
        found = {Machine(CPU if match[1].upper() == "CPU" else SOME_GPU) for match in _PLAIN.finditer(text)}
    return frozenset(found)


def machines_typed(text: str) -> frozenset[Machine]:
    """Give the hardware that a person names: `a100`, `rtx3090` and `3090` are meant as such."""
    forms = (text, text.upper(), f"on a {text}")
    return next((found for form in forms if (found := machines_in(form))), frozenset())


def _machine(text: str) -> Machine:
    count, cross, model = text.partition("x ")
    if not cross or not count.isdigit():
        count, model = "", text
    return Machine(re.sub(r"\s+", " ", model).upper().replace(" TI", " Ti"), int(count) if count else None)


def alike(one: Machine, other: Machine) -> bool:
    """Tell whether the kinds go together: the same model, or any model and a plain `GPU`."""
    if one.model == other.model or _bare(one.model) == _bare(other.model):
        return True
    return SOME_GPU in (one.model, other.model) and CPU not in (one.model, other.model)


def _bare(model: str) -> str:
    return model.replace(" ", "").upper().removeprefix("RTX").removeprefix("GTX")


def names_of(machines: Iterable[Machine]) -> str:
    """Give `A100`, `4x V100 or T4`."""
    return " or ".join(sorted({str(machine) for machine in machines}))
