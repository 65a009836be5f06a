"""fastai on a model of a few numbers."""

from __future__ import annotations

from importlib import import_module

from play import run


def learner(p, step_s=0.5):
    import torch
    from fastai.data.core import DataLoaders
    from fastai.data.load import DataLoader
    from fastai.learner import Callback, Learner
    from fastai.losses import CrossEntropyLossFlat
    from fastai.metrics import accuracy

    for module in ("schedule", "progress"):  # they add to the Learner
        import_module(f"fastai.callback.{module}")
    torch.manual_seed(0)

    class Time(Callback):
        order = 90

        def __init__(self):
            self.count = 0

        def after_batch(self):
            if self.training:
                p.spend(step_s * p.dice.uniform(0.9, 1.1))
                self.count += 1
                p.note("train", n=self.count)
            else:
                p.spend(0.2)

        def after_validate(self):
            p.note("eval")

        def after_epoch(self):
            p.note("epoch")
            p.loss(float(self.learn.recorder.log[1]))

    rows = [(torch.randn(8), torch.tensor(i % 4)) for i in range(320)]
    dls = DataLoaders(DataLoader(rows, bs=8, shuffle=True), DataLoader(rows[:80], bs=8))
    return Learner(dls, torch.nn.Linear(8, 4), loss_func=CrossEntropyLossFlat(), metrics=accuracy, cbs=Time())


@run(total=[160], epochs=[4], state="finished")
def fa_one_cycle(p):
    learner(p).fit_one_cycle(4)
