"""Loops as people write them by hand, part 1."""

from __future__ import annotations

import json
import math

from tests.simulated.writing import Log, style


@style
def bracketed_logging_any_order(log: Log) -> None:
    """[time,ms][train.py:88][INFO] - epoch=3 it=120/500 (24%) loss=.. lr=.. eta=.."""
    log.prefix = lambda log: f"[{log.at()},{log.ms:03d}][train.py:88][INFO] - "
    for e in range(1, 5):
        for i in range(1, 501):
            log.trained(0.31)
            if i % 20 == 0:
                loss = log.loss(e * 500 + i, 2500)
                left = (5 - e) * 500 - i
                log.say(
                    f"epoch={e} it={i}/500 ({i / 5:.0f}%) loss={loss} lr=1e-4 eta=0:{left * 31 // 6000:02d}:33",
                    step=(e - 1) * 500 + i,
                    loss=loss,
                )
        log.wait(9)
        log.say(f"epoch={e} val_loss={log.loss(e, 5)} val_acc={0.5 + e / 10:.3f}", evals=e)
    log.say("Training finished.", state="finished")


@style
def mnist_tabs(log: Log) -> None:
    for e in range(1, 4):
        for b in range(0, 938, 10):
            if b:
                for _ in range(10):
                    log.trained(0.02)
            loss = log.loss(e * 938 + b, 4000)
            log.say(f"Train Epoch: {e} [{b * 64}/60000 ({100 * b / 938:.0f}%)]\tLoss: {loss:.6f}", loss=loss)
        log.say(
            f"\nTest set: Average loss: {log.loss(e, 4):.4f}, Accuracy: {9000 + e * 100}/10000 ({90 + e}%)\n", evals=e
        )
    log.timed = False


@style
def iter_comma_seconds_per_iter(log: Log) -> None:
    log.say("max_iters: 3000")
    for i in range(100, 3001, 100):
        t = [log.trained(0.35) for _ in range(100)]
        loss = log.loss(i, 3000)
        log.say(
            f"Iter {i}, loss {loss:.3f}, {sum(t) / 100:.4f} s/iter",
            step=i,
            total=3000,
            loss=round(loss, 3),
            state="finished" if i == 3000 else "interrupted",
        )


@style
def epoch_pipes_minutes(log: Log) -> None:
    for e in range(1, 13):
        t = log.trained(738.0)
        loss = log.loss(e, 12)
        log.say(f"epoch {e:03d} | loss {loss:.4f} | ppl {math.exp(loss):.2f} | {t / 60:.2f} min", step=e, loss=loss)


@style
def epoch_step_brackets(log: Log) -> None:
    for e in range(1, 11):
        for i in range(1, 601):
            log.trained(0.05)
            if i % 100 == 0:
                loss = log.loss(e * 600 + i, 7000)
                log.say(
                    f"Epoch [{e}/10], Step [{i}/600], Loss: {loss:.4f}",
                    step=(e - 1) * 600 + i,
                    total=6000,
                    epochs=10,
                    loss=loss,
                    state="finished" if (e, i) == (10, 600) else "interrupted",
                )
    log.timed = False


@style
def step_slash_spaces(log: Log) -> None:
    log.prefix = lambda log: log.at("%H:%M:%S") + " "
    for i in range(1000, 50001, 1000):
        for _ in range(10):
            log.trained(2.1)
        log.times[-10:] = [t / 100 for t in log.times[-10:]]
        loss = log.loss(i, 50000)
        log.say(
            f"step: {i} / 50000 | loss: {loss:.4f} | lr: 3.0e-04 | tok/s: 123456",
            step=i,
            total=50000,
            loss=loss,
            state="finished" if i == 50000 else "interrupted",
        )


@style
def structlog_nested(log: Log) -> None:
    for i in range(10, 801, 10):
        for _ in range(10):
            log.trained(0.8)
        loss = log.loss(i, 800)
        log.say(
            json.dumps(
                {
                    "event": "train_step",
                    "level": "info",
                    "timestamp": log.at("%Y-%m-%dT%H:%M:%S.") + f"{log.ms:03d}Z",
                    "progress": {"step": i, "total_steps": 800, "epoch": 1},
                    "metrics": {"loss": loss, "grad_norm": 1.2},
                    "optim": {"lr": 3e-4},
                }
            ),
            step=i,
            total=800,
            loss=loss,
        )
        if i % 200 == 0:
            log.wait(40)
            log.say(
                json.dumps(
                    {
                        "event": "eval",
                        "level": "info",
                        "timestamp": log.at("%Y-%m-%dT%H:%M:%SZ"),
                        "progress": {"step": i},
                        "metrics": {"val_loss": log.loss(i, 900)},
                    }
                ),
                evals=i // 200,
            )
    log.say(
        json.dumps({"event": "training finished", "level": "info", "timestamp": log.at("%Y-%m-%dT%H:%M:%SZ")}),
        state="finished",
    )


@style
def structlog_console(log: Log) -> None:
    for i in range(5, 301, 5):
        for _ in range(5):
            log.trained(1.4)
        loss = log.loss(i, 400)
        log.say(
            f"{log.at('%Y-%m-%dT%H:%M:%S')}Z [info     ] train_step                     loss={loss} lr=0.0003 "
            f"step={i} total=400",
            step=i,
            total=400,
            loss=loss,
        )


@style
def logfmt(log: Log) -> None:
    for i in range(10, 401, 10):
        for _ in range(10):
            log.trained(0.5)
        loss = log.loss(i, 400)
        log.say(
            f'time={log.at("%Y-%m-%dT%H:%M:%SZ")} level=info msg="training" step={i} of=400 train.loss={loss} lr=1e-4',
            step=i,
            loss=loss,
            total=400,
            state="finished" if i == 400 else "interrupted",
        )


@style
def csv_header(log: Log) -> None:
    log.say("timestamp,epoch,step,train_loss,val_loss,lr")
    for e in range(3):
        for i in range(50, 501, 50):
            for _ in range(50):
                log.trained(0.11)
            loss = log.loss(e * 500 + i, 1600)
            log.say(f"{log.now_s:.3f},{e},{e * 500 + i},{loss},,0.001", step=e * 500 + i, loss=loss)
        log.wait(6)
        log.say(f"{log.now_s:.3f},{e},{e * 500 + 500},,{log.loss(e, 4)},0.001", evals=e + 1)


@style
def tsv_header(log: Log) -> None:
    log.say("iter\tloss\tval_loss\ttime_s")
    log.now_s = 0
    for i in range(100, 2001, 100):
        for _ in range(100):
            log.trained(0.07)
        loss = log.loss(i, 2000)
        log.say(f"{i}\t{loss}\t{log.loss(i, 2000)}\t{log.now_s:.2f}", step=i, loss=loss, evals=i // 100)


@style
def tabulate_grid(log: Log) -> None:
    """tabulate(..., tablefmt='grid') printed after each epoch."""
    for e in range(1, 9):
        log.trained(61.0)
        loss = log.loss(e, 8)
        cells = [f"{e}/8", f"{loss:.4f}", f"{log.loss(e, 9):.4f}", f"{60 + e:.1f}%", "61.0s"]
        if e == 1:
            log.say("+---------+--------------+------------+-----------+---------+")
            log.say("| Epoch   |   Train Loss |   Val Loss | Val Acc   | Time    |")
            log.say("+=========+==============+============+===========+=========+")
        log.say(
            f"| {cells[0]:7} | {cells[1]:>12} | {cells[2]:>10} | {cells[3]:9} | {cells[4]:7} |",
            step=e,
            total=8,
            epochs=8,
            loss=loss,
            evals=e,
            state="finished" if e == 8 else "interrupted",
        )
        log.say("+---------+--------------+------------+-----------+---------+")


@style
def prettytable_repeated(log: Log) -> None:
    for e in range(1, 7):
        log.trained(30.0)
        loss = log.loss(e, 6)
        log.say("+-------+------------+----------+")
        log.say("| epoch | train_loss | val_loss |")
        log.say("+-------+------------+----------+")
        log.say(f"|   {e}   |   {loss:.4f}   |  {log.loss(e, 7):.4f}  |", step=e, loss=loss, evals=e)
        log.say("+-------+------------+----------+")
    log.timed = False
