"""More loops as people write them, part 2."""

# ruff: noqa: E501 (one print statement, one line)
from __future__ import annotations

from tests.simulated.writing import Log, style


def stamp(log: Log) -> str:
    return log.at("%Y-%m-%d %H:%M:%S")


@style
def semicolons(log: Log) -> None:
    log.say("step;loss;lr;time")
    for i in range(10, 1001, 10):
        for _ in range(10):
            log.trained(0.2)
        loss = log.loss(i, 1000)
        log.say(f"{i};{loss};0.001;{stamp(log)}", step=i, loss=loss)


@style
def padded_columns(log: Log) -> None:
    log.say("Epoch   TrainLoss   ValLoss   ValAcc   LR         Time")
    for e in range(1, 16):
        t = log.trained(31)
        loss = log.loss(e, 15)
        log.say(
            f"{e:<8d}{loss:<12.4f}{log.loss(e, 16):<10.4f}{0.5 + e / 50:<9.3f}1.00e-03   {t:.1f}s",
            step=e,
            loss=loss,
            evals=e,
        )


@style
def markdown_table(log: Log) -> None:
    log.say("| step | loss | lr | s/step |")
    log.say("|-----:|-----:|---:|-------:|")
    for i in range(100, 1001, 100):
        t = sum(log.trained(0.5) for _ in range(100)) / 100
        loss = log.loss(i, 1000)
        log.say(f"| {i} | {loss:.3f} | 1e-4 | {t:.3f} |", step=i, loss=round(loss, 3))


@style
def warning_noise(log: Log) -> None:
    log.prefix = lambda log: f"{stamp(log)} "
    for i in range(10, 401, 10):
        for _ in range(10):
            log.trained(0.8)
        loss = log.loss(i, 400)
        log.say(
            f"step {i}/400 loss {loss:.4f}",
            step=i,
            total=400,
            loss=loss,
            state="finished" if i == 400 else "interrupted",
        )
        if i % 50 == 0:
            log.say(
                "/opt/venv/lib/python3.11/site-packages/torch/optim/lr_scheduler.py:143: UserWarning: Detected call of `lr_scheduler.step()` before"
            )
            log.say("best val loss 0.41 at epoch 3, patience 2/10, 3/7 workers alive")


@style
def oom_caught(log: Log) -> None:
    log.prefix = lambda log: f"{stamp(log)} "
    for i in range(10, 301, 10):
        for _ in range(10):
            log.trained(0.8)
        loss = log.loss(i, 300)
        log.say(
            f"step {i}/300 loss {loss:.4f}",
            step=i,
            total=300,
            loss=loss,
            state="finished" if i == 300 else "interrupted",
        )
        if i == 150:
            log.say("WARNING: CUDA out of memory. Skipping batch 151")


@style
def keyboard(log: Log) -> None:
    for i in range(10, 201, 10):
        t = sum(log.trained(0.8) for _ in range(10)) / 10
        loss = log.loss(i, 300)
        log.say(f"step {i}/300 loss {loss:.4f} ({t:.3f} s/step)", step=i, total=300, loss=loss)
    log.say("^CTraceback (most recent call last):")
    log.say('  File "t.py", line 3, in <module>')
    log.say("KeyboardInterrupt", problems=frozenset({"keyboard_interrupt"}))


@style
def moe_many_metrics(log: Log) -> None:
    log.prefix = lambda log: f"[{stamp(log)},{log.ms:03d}] [INFO] [train.py:88:log] "
    for i in range(10, 501, 10):
        for _ in range(10):
            log.trained(1.9)
        loss = log.loss(i, 500)
        log.say(
            f"step={i:>6}/500 | tokens=1.31B | loss={loss:.4f} | aux_loss=0.0102 | z_loss=1.2e-05 | lr=3.00e-04 | gnorm=0.412 | tok/s=1.2M | mfu=41.2% | mem=71.2GiB",
            step=i,
            total=500,
            loss=loss,
            state="finished" if i == 500 else "interrupted",
        )


@style
def steps_k(log: Log) -> None:
    log.prefix = lambda log: f"{stamp(log)} "
    for k in range(1, 101):
        log.trained(9)
        log.times[-1] /= 1000
        loss = log.loss(k, 100)
        log.say(f"Step {k}k/200k: loss={loss:.3f}", step=k * 1000, total=200000, loss=round(loss, 3))


@style
def rl_updates(log: Log) -> None:
    for u in range(1, 101):
        log.say(
            f"Update {u}/100, total timesteps {u * 2048}, mean reward {u / 3:.2f}, FPS 812",
            step=u,
            total=100,
            state="finished" if u == 100 else "interrupted",
        )
    log.timed = False


@style
def dreamer_like(log: Log) -> None:
    for i in range(1, 51):
        log.say(
            f"[{i * 1000}] model_loss {log.loss(i, 50):.1f} / actor_loss 0.1 / train_return {i}.0 / fps 20.1",
            step=i * 1000,
        )
    log.timed = False


@style
def loss_first_epoch_after(log: Log) -> None:
    for e in range(1, 13):
        loss = log.loss(e, 12)
        log.say(
            f"Train loss: {loss:.4f}, Val loss: {log.loss(e, 13):.4f}, Epoch: {e}/12",
            step=e,
            total=12,
            epochs=12,
            loss=loss,
            evals=e,
            state="finished" if e == 12 else "interrupted",
        )
    log.timed = False


@style
def spanish(log: Log) -> None:
    for e in range(1, 7):
        loss = log.loss(e, 6)
        log.say(
            f"Época {e}/6 - pérdida: {loss:.4f} - tiempo: 12.1s",
            step=e,
            total=6,
            epochs=6,
            loss=loss,
            state="finished" if e == 6 else "interrupted",
        )
    log.timed = False


@style
def japanese(log: Log) -> None:
    for e in range(1, 7):
        loss = log.loss(e, 6)
        log.say(
            f"エポック {e}/6 損失: {loss:.4f}",
            step=e,
            total=6,
            epochs=6,
            loss=loss,
            state="finished" if e == 6 else "interrupted",
        )
    log.timed = False


@style
def chinese_steps(log: Log) -> None:
    log.prefix = lambda log: f"{stamp(log)} "
    for i in range(10, 201, 10):
        for _ in range(10):
            log.trained(0.7)
        loss = log.loss(i, 200)
        log.say(f"训练轮次：1，步数：{i}/200，损失：{loss:.4f}，学习率：0.0001", step=i, loss=loss)


@style
def timeit_line(log: Log) -> None:
    for e in range(1, 8):
        t = log.trained(130)
        loss = log.loss(e, 7)
        log.say(
            f"Epoch {e} - avg_train_loss: {loss:.4f}  avg_val_loss: {log.loss(e, 8):.4f}  time: {t:.0f}s",
            step=e,
            loss=loss,
            evals=e,
        )
        log.say(f"Epoch {e} - Score: 0.{800 + e}")
        log.say(f"Epoch {e} - Save Best Score: 0.{800 + e} Model")


@style
def kaggle_eval_progress(log: Log) -> None:
    for e in range(1, 4):
        for s in range(0, 400, 100):
            for _ in range(100 if s else 1):
                log.trained(0.5)
            loss = log.loss(e * 400 + s, 1600)
            log.say(
                f"Epoch: [{e}][{s}/400] Elapsed 0m {s // 2}s (remain 3m 20s) Loss: {loss:.4f}({loss:.4f}) Grad: 1.2345  LR: 0.00002000",
                loss=loss,
                step=(e - 1) * 400 + s + 1,
            )
        log.say("EVAL: [0/50] Elapsed 0m 1s (remain 0m 49s) Loss: 0.5123(0.5123) ")
        log.say(f"Epoch {e} - avg_train_loss: {loss:.4f}  avg_val_loss: 0.51  time: 230s", evals=e)
    log.timed = False
