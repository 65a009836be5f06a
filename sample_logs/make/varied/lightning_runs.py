"""Lightning on a model of a few numbers."""

from __future__ import annotations

from play import WORK, run


def lightning(
    p,
    *,
    batches=40,
    val=10,
    vals=1,
    step_s=1.0,
    eval_s=0.4,
    fail_at=0,
    nan_at=0,
    interrupt_at=0,
    kill_at=0,
    log_step=True,
    **trainer,
):

    import lightning.pytorch as L
    import torch

    class Net(L.LightningModule):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(8, 4)
            self.n = 0

        def training_step(self, b, i):
            x, y = b
            loss = torch.nn.functional.cross_entropy(self.layer(x), y)
            p.spend(step_s * p.dice.uniform(0.9, 1.1))
            self.n += 1
            if fail_at and self.n == fail_at:
                raise RuntimeError("CUDA error: device-side assert triggered")
            if interrupt_at and self.n == interrupt_at:
                raise KeyboardInterrupt
            self.log("train_loss", loss, prog_bar=True, on_step=log_step, on_epoch=not log_step)
            if nan_at and self.n >= nan_at:
                loss = loss * float("nan")
            return loss

        def validation_step(self, b, i, dataloader_idx=0):
            p.spend(eval_s)
            x, y = b
            self.log("val_loss", torch.nn.functional.cross_entropy(self.layer(x), y), prog_bar=True)

        def test_step(self, b, i):
            p.spend(eval_s)
            x, y = b
            self.log("test_loss", torch.nn.functional.cross_entropy(self.layer(x), y))

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), 0.01)

    class Journal(L.Callback):
        def on_train_batch_end(self, tr, m, *a):
            p.note("train", n=tr.fit_loop.epoch_loop.total_batch_idx + 1)
            if kill_at and m.n == kill_at:
                p.kill(kill_at)

        def on_validation_end(self, tr, m):
            if tr.sanity_checking:
                p.note("pause")
            else:
                p.note("eval")

        def on_test_end(self, *a):
            p.note("eval")

        def on_train_epoch_end(self, *a):
            p.note("epoch")

    torch.manual_seed(1)

    def data(n):
        return torch.utils.data.DataLoader([(torch.randn(8), i % 4) for i in range(n * 4)], batch_size=4)

    from lightning.pytorch.callbacks import TQDMProgressBar

    callbacks = [Journal(), *trainer.pop("callbacks", [])]
    if trainer.get("enable_progress_bar", True) and not any(isinstance(c, TQDMProgressBar) for c in callbacks):
        callbacks.append(TQDMProgressBar())
    t = L.Trainer(
        accelerator="cpu",
        devices=1,
        logger=trainer.pop("logger", False),
        enable_checkpointing=trainer.pop("enable_checkpointing", False),
        callbacks=callbacks,
        default_root_dir=str(WORK / "pl"),
        **trainer,
    )
    return t, Net(), data(batches), [data(val) for _ in range(vals)] if val else None, data


@run(total=[120], epochs=[3, None], state="finished", cut_total=None, evaluations_or=[7])
def pl_val_twice_an_epoch(p):
    t, net, d, v, _ = lightning(p, max_epochs=3, val_check_interval=0.5)
    t.fit(net, d, v)


@run(total=[70, None], epochs=[None, 2], state="finished", cut_total=None, evaluations_or=[2])
def pl_max_steps(p):
    t, net, d, v, _ = lightning(p, max_steps=70, max_epochs=-1)
    t.fit(net, d, v)


@run(total=[200], epochs=[5, None], state="finished", attempts=2, cut_total=None, evaluations_or=[7])
def pl_resumed(p, attempt):
    import shutil

    from lightning.pytorch.callbacks import ModelCheckpoint

    if attempt == 1:
        shutil.rmtree(str(WORK / "plc"), ignore_errors=True)
    t, net, d, v, _ = lightning(
        p,
        max_epochs=5,
        kill_at=97 if attempt == 1 else 0,
        enable_checkpointing=True,
        callbacks=[ModelCheckpoint(str(WORK / "plc"), save_last=True)],
    )
    t.fit(net, d, v, ckpt_path=None if attempt == 1 else str(WORK / "plc/last.ckpt"))


@run(total=[160], epochs=[4, None], state="finished", cut_total=None)
def pl_val_every_second(p):
    t, net, d, v, more = lightning(
        p, max_epochs=4, check_val_every_n_epoch=2, num_sanity_val_steps=0, accumulate_grad_batches=4
    )
    t.fit(net, d, v)
    t.test(net, more(15))


@run(total=[None], epochs=[None], step=[None], state=None, train_stages=0, cut=None)
def pl_test_only(p):
    t, net, _d, _v, more = lightning(p)
    t.test(net, more(15))


@run(
    total=[None, 120],
    epochs=[None, 3],
    step=[56],
    state="failed",
    problems=["cuda"],
    cut_total=None,
    evaluations_or=[2],
)
def pl_fails(p):
    t, net, d, v, _ = lightning(p, max_epochs=3, fail_at=57)
    t.fit(net, d, v)
