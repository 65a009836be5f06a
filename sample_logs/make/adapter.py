"""A tiny model with a low-rank adapter and the callback that charges simulated time to a real Trainer."""

from __future__ import annotations

import sys

import torch
from simulation import Pace, Simulation
from torch import nn
from torch.nn.functional import cross_entropy
from transformers import PretrainedConfig, PreTrainedModel, TrainerCallback

WIDTH, CLASSES = 8, 31


class AdapterConfig(PretrainedConfig):
    model_type = "tiny-adapter"


class AdapterModel(PreTrainedModel):
    """A frozen random base and a trained low-rank correction; each forward pass costs simulated time."""

    config_class = AdapterConfig

    def __init__(self, config: AdapterConfig, simulation: Simulation, micro_s: float, eval_s: float) -> None:
        super().__init__(config)
        self.base = nn.Linear(WIDTH, CLASSES).requires_grad_(False)
        self.lora_a = nn.Linear(WIDTH, 4, bias=False)
        self.lora_b = nn.Linear(4, CLASSES)
        self._simulation = simulation
        self._train_cost = Pace(simulation, micro_s, warm_up=40)
        self._eval_cost = Pace(simulation, eval_s, warm_up=0)
        self._forwards = 0
        self.out_of_memory_at = 0
        self.post_init()

    def forward(self, features: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
        self._forwards += self.training
        if self._forwards == self.out_of_memory_at:
            raise torch.OutOfMemoryError(OUT_OF_MEMORY)
        self._simulation.spend(self._train_cost() if self.training else self._eval_cost())
        logits = self.base(features) + self.lora_b(torch.tanh(self.lora_a(features)))
        return {"loss": cross_entropy(logits, labels), "logits": logits}


class Rows(torch.utils.data.Dataset):
    """Feature vectors whose labels a hidden network decides."""

    def __init__(self, count: int, seed: int) -> None:
        dice = torch.Generator().manual_seed(seed)
        self.features = torch.randn(count, WIDTH, generator=dice)
        hidden = torch.randn(WIDTH, CLASSES, generator=torch.Generator().manual_seed(11))
        self.labels = (self.features @ hidden).argmax(-1)
        self.dice = dice

    def contaminate(self, rate: float) -> None:
        """Replace this share of the labels by random ones."""
        chosen = torch.rand(len(self), generator=self.dice) < rate
        self.labels[chosen] = torch.randint(CLASSES, (int(chosen.sum()),), generator=self.dice)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        return {"features": self.features[index], "labels": self.labels[index]}


class Journal(TrainerCallback):
    """Notes what the Trainer really does, and charges the time that a checkpoint takes."""

    def __init__(self, simulation: Simulation, save_s: tuple[float, float]) -> None:
        self.simulation = simulation
        self.save_s = save_s
        self.began = 0.0
        self.evaluating = False

    def on_step_begin(self, *_args, **_named):
        self.began = self.simulation.now

    def on_step_end(self, _args, state, _control, **_named):
        seconds = round(self.simulation.now - self.began, 4)
        self.simulation.note("step", n=state.global_step, seconds=seconds)

    def on_log(self, _args, state, _control, logs=None, **_named):
        self.simulation.note("metrics", step=state.global_step, **logs)

    def on_prediction_step(self, _args, state, _control, **_named):
        if not self.evaluating:
            self.simulation.note("stage", name=f"eval@{state.global_step}", kind="eval", total=None)
            self.evaluating = True

    def on_evaluate(self, _args, state, _control, **_named):
        self.simulation.note("stage_end", name=f"eval@{state.global_step}")
        self.evaluating = False

    def on_save(self, _args, state, _control, **_named):
        self.simulation.pause("save", state.global_step, self.simulation.between(*self.save_s))


def note_failure(simulation: Simulation, completed: int) -> None:
    """The outcome of a run that an exception ends; the traceback is Python's own."""
    if isinstance(sys.exception(), torch.OutOfMemoryError):
        simulation.end("oom", step=completed)


OUT_OF_MEMORY = (
    "CUDA out of memory. Tried to allocate 498.00 MiB. GPU 0 has a total capacity of 10.75 GiB of which 213.69 MiB is "
    "free. Including non-PyTorch memory, this process has 10.53 GiB memory in use. Of the allocated memory 9.62 GiB is "
    "allocated by PyTorch, and 655.41 MiB is reserved by PyTorch but unallocated. If reserved but unallocated memory "
    "is large try setting PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True to avoid fragmentation.  See documentation "
    "for Memory Management  (https://pytorch.org/docs/stable/notes/cuda.html#environment-variables)"
)
