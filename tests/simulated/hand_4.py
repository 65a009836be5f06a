"""Loops as people write them by hand, part 4."""

# ruff: noqa: E501 (one print statement, one line)
from __future__ import annotations

from tests.simulated.writing import Log, style


@style
def gan_losses(log: Log) -> None:
    for e in range(5):
        for i in range(0, 400, 50):
            d, g = log.loss(i, 400), log.loss(i, 500)
            log.say(
                f"[{e}/5][{i}/400]\tLoss_D: {d:.4f}\tLoss_G: {g:.4f}\tD(x): 0.5123\tD(G(z)): 0.4872 / 0.4212",
                step=e * 400 + i + 1,
                total=2000,
                epochs=5,
                loss=None,
            )
    log.timed = False


@style
def gan_brackets(log: Log) -> None:
    for e in range(4):
        for i in range(100):
            if i % 10 == 0:
                log.say(
                    f"[Epoch {e}/4] [Batch {i}/100] [D loss: {log.loss(i, 200):.6f}] [G loss: {log.loss(i, 300):.6f}]",
                    step=e * 100 + i + 1,
                    total=400,
                    epochs=4,
                )
    log.timed = False


@style
def scientific_steps(log: Log) -> None:
    log.prefix = lambda log: f"{log.at()} "
    for i in range(10000, 1000001, 10000):
        log.trained(25)
        log.times[-1] /= 10000
        log.say(
            f"Timestep: {i:,}/1,000,000 | ep_rew_mean: {i / 1e4:.2f} | fps: 400",
            step=i,
            total=1e6,
            state="finished" if i == 1000000 else "interrupted",
        )


@style
def multiline_block(log: Log) -> None:
    for e in range(1, 7):
        log.trained(70)
        loss = log.loss(e, 7)
        log.say(f"Epoch {e}/6")
        log.say("----------")
        log.say(f"train Loss: {loss:.4f} Acc: 0.{6 + e // 3}123", loss=loss, step=e, total=6, epochs=6)
        log.say(f"val Loss: {log.loss(e, 8):.4f} Acc: 0.{5 + e // 3}456", evals=e)
        log.say("")
    log.say("Training complete in 7m 3s", state="finished")
    log.say("Best val Acc: 0.812300")
    log.timed = False


@style
def folds(log: Log) -> None:
    log.prefix = lambda log: f"{log.at()} "
    for fold in range(1, 4):
        log.say(f"Fold {fold}/3")
        for e in range(1, 11):
            log.trained(12)
            loss = log.loss(e, 10)
            log.say(
                f"Fold {fold} | Epoch {e}/10 | train_loss {loss:.4f} | val_loss {log.loss(e, 11):.4f}",
                loss=loss,
                evals=(fold - 1) * 10 + e,
                step=(fold - 1) * 10 + e,
                total=30,
                epochs=30,
                state="finished" if (fold, e) == (3, 10) else "interrupted",
            )
    log.say("Cross-validation finished")


@style
def lua_style_progress(log: Log) -> None:
    log.prefix = lambda log: f"<{log.at('%H:%M:%S')}> "
    for i in range(10, 401, 10):
        for _ in range(10):
            log.trained(0.5)
        loss = log.loss(i, 400)
        log.say(
            f"({i}/400) loss = {loss:.5f}, gradnorm = 1.2e+00",
            step=i,
            total=400,
            loss=loss,
            state="finished" if i == 400 else "interrupted",
        )


@style
def iso_zone_dash(log: Log) -> None:
    log.prefix = lambda log: f"{log.at('%Y-%m-%dT%H:%M:%S')}.{log.ms:03d}+01:00 INFO trainer::loop_: "
    for i in range(10, 401, 10):
        for _ in range(10):
            log.trained(0.5)
        loss = log.loss(i, 400)
        log.say(
            f"step={i} total=400 loss={loss}",
            step=i,
            total=400,
            loss=loss,
            state="finished" if i == 400 else "interrupted",
        )


@style
def python_dict(log: Log) -> None:
    for i in range(5, 201, 5):
        t = sum(log.trained(0.5) for _ in range(5))
        loss = log.loss(i, 200)
        log.say(str({"step": i, "loss": loss, "lr": 1e-4, "step_time": round(t / 5, 4)}), step=i, loss=loss)


@style
def killed_by_slurm(log: Log) -> None:
    log.prefix = lambda log: f"{log.at()} "
    for i in range(10, 341, 10):
        for _ in range(10):
            log.trained(0.5)
        loss = log.loss(i, 400)
        log.say(f"step {i}/400 | loss {loss:.4f}", step=i, total=400, loss=loss)
    log.prefix = None
    log.say(
        "slurmstepd: error: *** JOB 41523 ON gpu07 CANCELLED AT 2026-03-04T12:12:12 DUE TO TIME LIMIT ***",
        problems=frozenset({"time_limit"}),
    )


@style
def oom(log: Log) -> None:
    for i in range(1, 41):
        t = log.trained(0.9)
        loss = log.loss(i, 400)
        log.say(f"Step {i:>4}/400 loss: {loss:.4f} ({t:.3f}s)", step=i, total=400, loss=loss)
    log.fail(
        "oom",
        "Traceback (most recent call last):",
        '  File "run.py", line 10, in <module>',
        "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 23.68 GiB",
    )
