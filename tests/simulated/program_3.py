"""What programs of the field print, by their format strings, part 3."""

# ruff: noqa: E501 (one print statement, one line)
from __future__ import annotations

import json

from tests.simulated.writing import Log, style


@style
def whisper_style_block(log: Log) -> None:
    """MAE's and DINO's log.txt."""
    for e in range(20):
        loss = log.loss(e, 20)
        log.say(
            json.dumps(
                {
                    "train_lr": 1e-4,
                    "train_loss": loss,
                    "test_loss": 0.5,
                    "test_acc1": 71.2,
                    "epoch": e,
                    "n_parameters": 86567656,
                }
            ),
            step=e + 1,
            loss=loss,
            evals=e + 1,
        )
    log.timed = False


@style
def fairseq_hydra_json(log: Log) -> None:
    log.prefix = lambda log: f"[{log.at()},{log.ms:03d}][train_inner][INFO] - "
    for i in range(200, 4001, 200):
        for _ in range(200):
            log.trained(0.3)
        loss = log.loss(i, 4000)
        log.say(
            json.dumps(
                {
                    "epoch": 1 + i // 2001,
                    "update": round(i / 2000, 3),
                    "loss": str(loss),
                    "ppl": "9.1",
                    "wps": "2e5",
                    "ups": "3.3",
                    "num_updates": str(i),
                    "lr": "1e-4",
                    "gnorm": "1.1",
                    "wall": str(int(i * 0.3)),
                }
            ),
            step=i,
            loss=loss,
        )


@style
def mmcv1(log: Log) -> None:
    for e in (1, 2):
        for i in range(50, 501, 50):
            t = sum(log.trained(0.51) for _ in range(50)) / 50
            loss = log.loss(e * 500 + i, 1500)
            log.say(
                f"{log.at()},{log.ms:03d} - mmdet - INFO - Epoch [{e}][{i}/500]\tlr: 1.978e-03, eta: 1 day, 2:03:04, "
                f"time: {t:.3f}, data_time: 0.050, memory: 3812, loss_cls: 0.5000, loss: {loss:.4f}",
                step=(e - 1) * 500 + i,
                loss=loss,
            )


@style
def simple_gcn_kipf(log: Log) -> None:
    for e in range(1, 101):
        t = log.trained(0.05)
        loss = log.loss(e, 100)
        log.say(
            f"Epoch: {e:04d} loss_train: {loss:.4f} acc_train: 0.5123 loss_val: {log.loss(e, 101):.4f} acc_val: 0.4512 time: {t:.4f}s",
            step=e,
            loss=loss,
            evals=e,
        )
    log.say("Optimization Finished!", state="finished")
    log.timed = True
