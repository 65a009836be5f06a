"""More loops as people write them, part 3."""

# ruff: noqa: E501 (one print statement, one line)
from __future__ import annotations

import json
import math

from tests.simulated.writing import Log, style


def stamp(log: Log) -> str:
    return log.at("%Y-%m-%d %H:%M:%S")


@style
def epoch_eq(log: Log) -> None:
    log.prefix = lambda log: f"{stamp(log)} "
    for e in range(1, 16):
        log.trained(22)
        loss = log.loss(e, 15)
        log.say(
            f"epoch = {e} / 15, train loss = {loss:.4f}, val loss = {log.loss(e, 16):.4f}, lr = 0.001",
            step=e,
            total=15,
            epochs=15,
            loss=loss,
            evals=e,
            state="finished" if e == 15 else "interrupted",
        )


@style
def global_step_json_lines_mixed(log: Log) -> None:
    for i in range(10, 301, 10):
        for _ in range(10):
            log.trained(0.9)
        loss = log.loss(i, 300)
        log.say(
            json.dumps(
                {
                    "t": round(log.now_s, 2),
                    "kind": "train",
                    "global_step": i,
                    "train/loss": loss,
                    "perf/sec_per_step": 0.9,
                }
            ),
            step=i,
            loss=loss,
        )
        if i % 100 == 0:
            log.wait(10)
            log.say(
                json.dumps({"t": round(log.now_s, 2), "kind": "eval", "global_step": i, "eval/loss": 0.5}),
                evals=i // 100,
            )
    log.timed = False


@style
def pad_bar_ascii(log: Log) -> None:
    for e in range(1, 4):
        for i in range(5, 101, 5):
            for _ in range(5):
                log.trained(0.2)
            loss = log.loss(e * 100 + i, 400)
            bar = "#" * (i // 5) + "-" * (20 - i // 5)
            log.say(
                f"Epoch {e}/3 |{bar}| {i}/100 [{i}%] in {i * 0.2:.1f}s (5.0/s) loss={loss:.4f}",
                step=(e - 1) * 100 + i,
                total=300,
                epochs=3,
                loss=loss,
                state="finished" if (e, i) == (3, 100) else "interrupted",
            )
    log.timed = False


@style
def log_level_tail(log: Log) -> None:
    for i in range(25, 1001, 25):
        for _ in range(25):
            log.trained(0.4)
        loss = log.loss(i, 1000)
        log.say(
            f"{stamp(log)}|INFO|trainer.py:212|iter {i}/1000|loss {loss:.4f}|lr 1e-3",
            step=i,
            total=1000,
            loss=loss,
            state="finished" if i == 1000 else "interrupted",
        )


@style
def time_iso_nozone_colon_level(log: Log) -> None:
    for i in range(25, 1001, 25):
        for _ in range(25):
            log.trained(0.4)
        loss = log.loss(i, 1000)
        log.say(
            f"[{log.at('%Y-%m-%dT%H:%M:%S')}.{log.ms:03d}Z INFO  trainer::train] step {i}/1000 loss {loss:.4f}",
            step=i,
            total=1000,
            loss=loss,
            state="finished" if i == 1000 else "interrupted",
        )


@style
def rust_burn(log: Log) -> None:
    for e in range(1, 6):
        log.trained(30)
        loss = log.loss(e, 5)
        log.say(
            f"[Train - Epoch {e}/5] Loss {loss:.4f} | Accuracy 81.20 %",
            step=e,
            total=5,
            epochs=5,
            loss=loss,
            state="finished" if e == 5 else "interrupted",
        )
        log.say(f"[Valid - Epoch {e}/5] Loss {log.loss(e, 6):.4f} | Accuracy 80.20 %", evals=e)
    log.timed = False


@style
def matlab(log: Log) -> None:
    log.say("|======================================================================================|")
    log.say("|  Epoch  |  Iteration  |  Time Elapsed  |  Mini-batch  |  Mini-batch  |  Base Learning  |")
    log.say("|         |             |   (hh:mm:ss)   |   Accuracy   |     Loss     |      Rate       |")
    log.say("|======================================================================================|")
    t0 = log.now_s
    for i in range(50, 1001, 50):
        for _ in range(50):
            log.trained(0.3)
        loss = log.loss(i, 1000)
        s = int(log.now_s - t0)
        log.say(
            f"| {1 + i // 101:7d} | {i:11d} | {s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}       | {50 + i / 40:11.2f}% | {loss:12.4f} | {0.01:15.4f} |",
            step=i,
            loss=loss,
        )
    log.say("|======================================================================================|")


@style
def r_keras_like_plain(log: Log) -> None:
    for e in range(1, 8):
        t = log.trained(88)
        loss = log.loss(e, 7)
        log.say(
            f"Epoch {e}/7: {t:.0f}s - loss: {loss:.4f} - acc: 0.8123 - val_loss: {log.loss(e, 8):.4f} - val_acc: 0.80",
            step=e,
            total=7,
            epochs=7,
            loss=loss,
            evals=e,
            state="finished" if e == 7 else "interrupted",
        )


@style
def curriculum_phase(log: Log) -> None:
    log.prefix = lambda log: f"{stamp(log)} "
    for i in range(20, 801, 20):
        for _ in range(20):
            log.trained(0.5)
        loss = log.loss(i, 800)
        log.say(
            f"[phase 2/3 | step {i}/800] loss={loss:.4f} kl=0.0123 reward=1.23",
            step=i,
            total=800,
            loss=loss,
            state="finished" if i == 800 else "interrupted",
        )


@style
def tokens_b(log: Log) -> None:
    log.prefix = lambda log: f"{stamp(log)} "
    for i in range(10, 1001, 10):
        for _ in range(10):
            log.trained(1.1)
        loss = log.loss(i, 1000)
        log.say(
            f"it: {i}/1000 | tok: {i * 0.01:.2f}B/10.00B | loss: {loss:.4f} | ppl: {math.exp(loss):.1f} | {1.1:.2f}s/it | eta 00:12:00",
            step=i,
            total=1000,
            loss=loss,
            state="finished" if i == 1000 else "interrupted",
        )


@style
def val_only_every(log: Log) -> None:
    log.prefix = lambda log: f"{stamp(log)} INFO:root:"
    for i in range(100, 2001, 100):
        for _ in range(100):
            log.trained(0.1)
        loss = log.loss(i, 2000)
        log.say(
            f"Iteration [{i}/2000] Train: {loss:.4f} Valid: {log.loss(i, 2100):.4f} Time: {(i * 0.1):.1f}",
            evals=i // 100,
            step=i,
            total=2000,
            state="finished" if i == 2000 else "interrupted",
        )


@style
def comma_thousands(log: Log) -> None:
    log.prefix = lambda log: f"{stamp(log)} - "
    for i in range(500, 20001, 500):
        for _ in range(5):
            log.trained(4)
        log.times[-5:] = [x / 100 for x in log.times[-5:]]
        loss = log.loss(i, 20000)
        log.say(
            f"Step {i:,} of 20,000: training loss {loss:.4f}",
            step=i,
            total=20000,
            loss=loss,
            state="finished" if i == 20000 else "interrupted",
        )


@style
def level_glued_to_the_time(log: Log) -> None:
    for e in range(6):
        for i in range(0, 44, 11):
            loss = log.loss(e * 44 + i, 300)
            log.say(
                f"{stamp(log)},{log.ms:03d}:INFO: Epoch: [{e}][{i:2d}/44]\tLoss {loss:.6f} ({loss:.6f})",
                step=e * 44 + i + 1,
                loss=loss,
            )
            for _ in range(11):
                log.trained(1.7)
    log.timed = False


@style
def ordinal_steps(log: Log) -> None:
    for i in range(1, 151):
        loss = log.loss(i, 150)
        log.say(f"current step: {i}th step", step=i)
        log.say(f"batch loss:{loss}", loss=loss)
    log.timed = False
